using System.Globalization;
using Orion.Store;
using Orion.Store.Jobs;

namespace Orion.Benchmarks;

/// <summary>The jobs that are measured: numbered, of one kind.</summary>
internal static class SampleJobs
{
    public const string Kind = "sample.work";

    public static Task EnqueueAsync(DomainStore store, long number, string tenant) =>
        store.WriteAsync(tx => tx.EnqueueAsync(Request(number, tenant)));

    /// <summary>Which job it is.</summary>
    public static long Number(JobLease job) =>
        long.Parse(job.Request.Subject.AsSpan(job.Request.Subject.IndexOf('/') + 1), CultureInfo.InvariantCulture);

    /// <summary>Puts many jobs of one tenant into the queue: one is enqueued, and copied by the database.</summary>
    public static async Task FillAsync(DomainStore store, int count, string tenant)
    {
        await store.WriteAsync(async tx =>
        {
            var id = await tx.EnqueueAsync(Request(0, tenant));
            await tx.ExecuteAsync(
                """
                INSERT INTO jobs (id, kind, subject, payload, tenant_id, priority, max_attempts, max_duration, enqueued_at, state, run_at)
                WITH RECURSIVE copies (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < @more)
                SELECT j.id || '-' || c.n, j.kind, j.subject, j.payload, j.tenant_id, j.priority, j.max_attempts, j.max_duration,
                  j.enqueued_at, j.state, j.run_at
                FROM copies c CROSS JOIN jobs j WHERE j.id = @id
                """,
                new { id, More = count - 1 });
        });
    }

    private static JobRequest Request(long number, string tenant) => new()
    {
        Kind = Kind,
        Subject = string.Create(CultureInfo.InvariantCulture, $"item/{number}"),
        TenantId = tenant,
        Payload = "{\"item\":\"it_019b0a6f27c17d3fb1a0c7f2d6e89a34\",\"reason\":\"measured\"}",
    };
}
