using Orion.Store.Idempotency;

namespace OrionPlatform.Domain;

/// <summary>A label of a project.</summary>
/// <param name="Id">Its id (<c>lb_...</c>); sorts by time.</param>
/// <param name="ProjectId">The project.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Slug">Its name for addresses; null until <see cref="SlugAsync"/> has made it.</param>
/// <param name="CreatedAt">When it was added.</param>
public sealed record Label(string Id, string ProjectId, string Name, string? Slug, DateTimeOffset CreatedAt)
{
    /// <summary>Kind of the job that makes a slug.</summary>
    public const string SlugJob = "label.slug";

    /// <summary>Labels that a list has at most.</summary>
    public const int ListedAtMost = 100;

    private const string Prefix = "label/";

    /// <summary>Row, fact and job are one write; they carry the request's trace, correlation id and tenant.</summary>
    public static async Task<Label> AddAsync(WriteTransaction tx, string projectId, string name)
    {
        var label = new Label(Ids.New("lb", tx.Now), projectId, name, Slug: null, tx.Now);
        await tx.ExecuteAsync("INSERT INTO labels VALUES (@id, @project_id, @name, @slug, @created_at)", label);
        await tx.AppendFactAsync(new JournalFact { Type = "label.added", Subject = Prefix + label.Id });
        await tx.EnqueueAsync(new JobRequest { Kind = SlugJob, Subject = Prefix + label.Id });
        return label;
    }

    /// <summary>One label of a project; null when there is none of that id in it.</summary>
    public static Task<Label?> FindAsync(ReadTransaction tx, string projectId, string id) =>
        tx.QuerySingleOrDefaultAsync<Label>("SELECT * FROM labels WHERE id = @id AND project_id = @projectId", new { id, projectId });

    /// <summary>A project's labels, newest first.</summary>
    public static Task<IReadOnlyList<Label>> ListAsync(ReadTransaction tx, string projectId) => tx.QueryAsync<Label>(
        "SELECT * FROM labels WHERE project_id = @projectId ORDER BY id DESC LIMIT @most", new { projectId, most = ListedAtMost });

    /// <summary>Does the job: the slug, and that the job is done, are one write.</summary>
    public static async Task SlugAsync(WriteTransaction tx, JobLease job)
    {
        var id = job.Request.Subject[Prefix.Length..];
        if (await tx.QuerySingleOrDefaultAsync<string>("SELECT name FROM labels WHERE id = @id", new { id }) is { } name)
        {
            var slug = string.Join('-', name.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries));
            await tx.ExecuteAsync("UPDATE labels SET slug = @slug WHERE id = @id", new { id, slug });
        }

        await tx.CompleteAsync(job);
    }
}
