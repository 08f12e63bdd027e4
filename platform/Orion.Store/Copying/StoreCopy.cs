using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Orion.Store.Schema;
using Orion.Store.Sql;

namespace Orion.Store.Copying;

/// <summary>
/// Copies a store, whole, into an empty database of the other engine or of the same, while the platform is stopped. A run that was
/// interrupted, in whatever way, is gone on with by the next; no process opens the target before every value of it has been compared.
/// </summary>
public sealed class StoreCopy
{
    // Whichever comes first ends a batch: what a kill costs at most.
    private const int BatchRows = 20_000;
    private const long BatchBytes = 16 << 20;
    private const int ProgressRows = 5_000;

    private readonly string _from;
    private readonly string _to;
    private readonly Func<Dialect, IReadOnlyList<Migration>> _migrations;
    private readonly int _batchRows;
    private readonly TimeProvider _time;
    private IProgress<CopyProgress>? _progress;
    private long _done;
    private long _all;

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
        _progress = progress;

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
                    return await RunAsync(source, target, cancellationToken);
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

    private async Task<CopyResult> RunAsync(CopySide source, CopySide target, CancellationToken cancellationToken)
    {
        var fingerprint = await FingerprintAsync(source);
        var mark = await CopyMark.ReadAsync(target.Session);
        var begunAnew = mark switch
        {
            null or { State: CopyMark.Preparing } => null,
            { State: CopyMark.Failed } => $"What had been copied before was found to differ from the source: {mark.Reason}",
            _ when mark.Source != fingerprint => "The source has been written to, or is another one, since the copy was interrupted.",
            _ => null,
        };
        if (mark is null)
        {
            if (await target.TableNamesAsync() is { Count: > 0 } tables)
            {
                throw new StoreCopyException(
                    $"{target.Name} is not empty: it has {string.Join(", ", tables.Take(5))}{(tables.Count > 5 ? ", ..." : "")}. "
                    + "A store is copied into an empty database only.");
            }

            mark = new CopyMark(fingerprint, CopyMark.Preparing, "[]", "");
            await target.AtOnceAsync(async () =>
            {
                await target.ScriptAsync(CopyMark.CreateSql);
                await CopyMark.WriteAsync(target.Session, mark);
            });
        }

        await MigrateAsync(target);
        var plans = await TablePlan.MakeAsync(source, target);
        if (mark.State == CopyMark.Preparing || begunAnew is not null)
        {
            mark = await BeginAsync(target, plans, mark with { Source = fingerprint });
        }

        var counts = new Dictionary<string, long>();
        foreach (var plan in plans)
        {
            counts[plan.Name] = await source.CountAsync(plan.Name);
        }

        var progress = await CopyMark.ProgressAsync(target.Session);
        var resumed = progress.Values.Sum(p => p.Copied);
        (_done, _all) = (resumed, counts.Values.Sum());
        if (mark.State == CopyMark.Copying)
        {
            foreach (var plan in plans)
            {
                var begun = progress.GetValueOrDefault(plan.Name) ?? TableProgress.None(plan.Name);
                if (!begun.IsDone)
                {
                    await CopyAsync(source, target, plan, begun, counts[plan.Name], cancellationToken);
                }
            }

            mark = await CompleteAsync(source, target, mark);
        }

        var copied = await VerifyAsync(source, target, plans, counts, mark, cancellationToken);
        await target.SettleAsync();
        await target.AtOnceAsync(() => target.ScriptAsync(CopyMark.DropSql));
        return new CopyResult(copied, resumed, begunAnew);
    }

    private async Task MigrateAsync(CopySide target)
    {
        var known = _migrations(target.Session.Dialect);
        var missing = await Migrator.MissingAsync(target.Session, known, target.Name, isCopied: true);
        if (missing.Count > 0)
        {
            await target.AtOnceAsync(() => Migrator.ApplyAsync(target.Session, missing, target.ScriptAsync, _time.GetUtcNow()));
        }
    }

    /// <summary>Lets the target take rows, and removes those that are there: what migrations put, or an earlier copy.</summary>
    private static async Task<CopyMark> BeginAsync(CopySide target, IReadOnlyList<TablePlan> plans, CopyMark mark)
    {
        await target.AtOnceAsync(async () =>
        {
            // What an earlier copy took away is not there to be taken away again.
            string[] restore = [.. mark.RestoreStatements(), .. await target.TakeAwayAsync()];
            await target.ClearAsync([.. plans.Select(p => p.Target)]);
            await target.ScriptAsync($"DELETE FROM {CopyMark.ProgressTable}");
            mark = mark with { State = CopyMark.Copying, Restore = JsonSerializer.Serialize(restore), Reason = "" };
            await CopyMark.WriteAsync(target.Session, mark);
        });
        return mark;
    }

    private async Task CopyAsync(
        CopySide source, CopySide target, TablePlan plan, TableProgress begun, long count, CancellationToken cancellationToken)
    {
        var (progress, batch, bytes, inBatch) = (begun, (CopyBatch?)null, 0L, 0);
        object?[] last = [];
        try
        {
            object[]? after = begun.LastKey.Length > 0 ? CopyKey.Parse(begun.LastKey) : null;
            await foreach (var row in source.RowsAsync(plan.Source, after, isSorted: true, cancellationToken))
            {
                cancellationToken.ThrowIfCancellationRequested();
                batch ??= await target.BeginBatchAsync(plan.Target);
                batch.Add(row);
                (last, inBatch, bytes) = (row, inBatch + 1, bytes + SizeOf(row));
                if (plan.Source.Key.Count > 0 && (inBatch >= _batchRows || bytes >= BatchBytes))
                {
                    progress = await CommitAsync(isDone: false);
                }
                else if (inBatch % ProgressRows == 0)
                {
                    Report(CopyPhase.Copying, plan.Name, progress.Copied + inBatch, count, _done + inBatch);
                }
            }

            await CommitAsync(isDone: true);
        }
        finally
        {
            await (batch?.DisposeAsync() ?? default);
        }

        async Task<TableProgress> CommitAsync(bool isDone)
        {
            var key = inBatch > 0 && plan.Source.Key.Count > 0 ? CopyKey.Text(plan.Source, last) : progress.LastKey;
            var next = new TableProgress(plan.Name, progress.Copied + inBatch, key, isDone);
            batch ??= await target.BeginBatchAsync(plan.Target);
            await batch.CommitAsync(next);
            await batch.DisposeAsync();
            _done += inBatch;
            (batch, inBatch, bytes) = (null, 0, 0);
            Report(CopyPhase.Copying, plan.Name, next.Copied, count, _done);
            return next;
        }
    }

    private async Task<CopyMark> CompleteAsync(CopySide source, CopySide target, CopyMark mark)
    {
        var counters = await source.CountersAsync();
        var copied = mark with { State = CopyMark.Copied, Restore = "[]" };
        await target.AtOnceAsync(async () =>
        {
            foreach (var statement in mark.RestoreStatements())
            {
                Report(CopyPhase.Completing, "", 0, 0, _done);
                await target.ScriptAsync(statement);
            }

            await target.SetCountersAsync(counters);
            await CopyMark.WriteAsync(target.Session, copied);
        });
        return copied;
    }

    private async Task<IReadOnlyList<CopiedTable>> VerifyAsync(
        CopySide source, CopySide target, IReadOnlyList<TablePlan> plans, Dictionary<string, long> counts, CopyMark mark,
        CancellationToken cancellationToken)
    {
        var tables = new List<CopiedTable>();
        var reason = await target.FaultAsync();
        _done = 0;
        foreach (var plan in plans)
        {
            Report(CopyPhase.Verifying, plan.Name, 0, counts[plan.Name], _done);
            var there = Task.Run(() => target.DigestAsync(plan.Target, null, cancellationToken), cancellationToken);
            var here = await source.DigestAsync(plan.Source, rows =>
            {
                if (rows % ProgressRows == 0)
                {
                    Report(CopyPhase.Verifying, plan.Name, rows, counts[plan.Name], _done + rows);
                }
            }, cancellationToken);
            var copy = await there;
            _done += here.Rows;
            Report(CopyPhase.Verifying, plan.Name, here.Rows, counts[plan.Name], _done);
            if (here.Rows != copy.Rows || here.Checksum != copy.Checksum)
            {
                reason ??= $"Table {plan.Name} has {here.Rows} rows with checksum {here.Checksum} in the source, "
                    + $"{copy.Rows} with {copy.Checksum} in the target.";
            }

            tables.Add(new CopiedTable(plan.Name, here.Rows, here.Checksum));
        }

        if (reason is not null)
        {
            await target.AtOnceAsync(
                () => CopyMark.WriteAsync(target.Session, mark with { State = CopyMark.Failed, Reason = reason }));
            throw new StoreCopyException(
                $"The copy is not what the source is: {reason} No process of the platform opens it. The source was not changed.");
        }

        return tables;
    }

    /// <summary>
    /// What a running platform always changes: who resumes a copy learns at once that the source has moved on. What changes none of it is
    /// found when all is compared.
    /// </summary>
    private static async Task<string> FingerprintAsync(CopySide source)
    {
        var there = (await source.TablesAsync()).Select(t => t.Name).ToHashSet();
        var parts = new List<string> { source.Name };
        foreach (var (table, value) in new[]
        {
            ("journal", "max(position)"), ("audit_outbox", "max(position)"), ("leader_leases", "sum(lease_until) + sum(fencing_token)"),
            ("jobs", "count(*)"), ("ops_sessions", "sum(last_seen_at)"),
        })
        {
            if (there.Contains(table))
            {
                var now = await source.Session.QueryAsync<string>($"SELECT CAST(COALESCE({value}, 0) AS TEXT) FROM {table}", null);
                parts.Add($"{table} {now[0]}");
            }
        }

        var counters = await source.CountersAsync();
        parts.AddRange(counters.Where(c => !CopySide.Followed.Contains(c.Key)).OrderBy(c => c.Key, StringComparer.Ordinal)
            .Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Key} {c.Value}")));
        return string.Join("; ", parts);
    }

    private static long SizeOf(object?[] row)
    {
        var size = 0L;
        foreach (var cell in row)
        {
            size += cell switch { string text => text.Length, byte[] bytes => bytes.Length, _ => 8 };
        }

        return size;
    }

    private void Report(CopyPhase phase, string table, long rows, long ofRows, long done)
    {
        if (ofRows > 0 || phase == CopyPhase.Completing)
        {
            _progress?.Report(new CopyProgress(phase, table, rows, ofRows, done, _all));
        }
    }
}
