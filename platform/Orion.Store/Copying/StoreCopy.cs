using System.Data.Common;
using Orion.Store.Schema;
using Orion.Store.Sql;

namespace Orion.Store.Copying;

/// <summary>
/// Copies a store, whole, into an empty database of the other engine or of the same, while the platform is stopped. A run that was
/// interrupted, in whatever way, is gone on with by the next; no process opens the target before every value of it has been compared.
/// </summary>
public sealed class StoreCopy
{
    // What a kill costs at most.
    private const int BatchRows = 10_000;

    private readonly string _from;
    private readonly string _to;
    private readonly Func<Dialect, IReadOnlyList<Migration>> _migrations;
    private readonly int _batchRows;
    private readonly TimeProvider _time;

    /// <summary>A copy that has yet to run.</summary>
    /// <param name="from">Connection string of the store.</param>
    /// <param name="to">Connection string of an empty database, or of one that this copy was interrupted in.</param>
    /// <param name="options">The store's settings, of which the migrations count.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="StoreCopyException">A connection string cannot be one, or both are the same.</exception>
    public StoreCopy(string from, string to, DomainStoreOptions options, TimeProvider time)
        : this(from, to, dialect => Migrations.Of(options, dialect), BatchRows, time) => ArgumentNullException.ThrowIfNull(options);

    internal StoreCopy(
        string from, string to, Func<Dialect, IReadOnlyList<Migration>> migrations, int batchRows, TimeProvider time)
    {
        (_from, _to, _migrations, _batchRows, _time) = (from, to, migrations, batchRows, time);
        foreach (var (side, text) in new[] { ("source", from), ("target", to) })
        {
            if (DomainStoreOptions.ProblemOf(text) is { } problem)
            {
                throw new StoreCopyException($"The connection string of the {side} {problem}");
            }
        }

        if (!DomainStoreOptions.NamesHost(from) && !DomainStoreOptions.NamesHost(to)
            && SqliteSide.PathOf(from) == SqliteSide.PathOf(to))
        {
            throw new StoreCopyException("Source and target are the same database.");
        }
    }

    /// <summary>Copies and compares, or goes on with it.</summary>
    /// <param name="progress">Told, now and then, how far it is.</param>
    /// <param name="cancellationToken">Interrupts it; it can be gone on with.</param>
    /// <exception cref="StoreCopyException">It cannot be done, or a side went away; the message says what to do.</exception>
    /// <exception cref="StoreSchemaException">A database and this program do not belong together.</exception>
    public Task<CopyResult> RunAsync(IProgress<CopyProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        // On the pool: SQLite's calls block.
        return Task.Run(
            async () =>
            {
                try
                {
                    await using var source = await CopySide.OpenSourceAsync(_from);
                    await CheckSourceAsync(source);
                    await source.HoldStillAsync();
                    await using var target = await CopySide.OpenTargetAsync(_to);
                    return await new CopyRun(source, target, _migrations, _batchRows, _time, progress, cancellationToken).RunAsync();
                }
                catch (Exception e) when (e is DbException or IOException or TimeoutException)
                {
                    throw new StoreCopyException(
                        $"The copy stopped: {e.Message} What it has copied is kept; run it again with the same two databases to go on.", e);
                }
            },
            cancellationToken);
    }

    private async Task CheckSourceAsync(CopySide source)
    {
        var known = _migrations(source.Session.Dialect);
        var missing = await Migrator.MissingAsync(source.Session, known, source.Name);
        if (missing.Count > 0)
        {
            throw new StoreCopyException(missing.Count == known.Count
                ? $"There is no store in {source.Name}."
                : $"{source.Name} is older than this program: {missing[0]} is missing. Start the platform on it once, which migrates it, "
                    + "stop it, and run the copy again.");
        }
    }
}
