using System.Data.Common;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Orion.Store.Schema;
using Orion.Store.Sql;
using SQLitePCL;

namespace Orion.Store.Copying;

/// <summary>
/// One run of a copy. Rows go in batches, each in one transaction with the word of how far its table is, so that a run which ends anywhere
/// is gone on with.
/// </summary>
internal sealed class CopyRun(
    CopySide source, CopySide target, Func<Dialect, IReadOnlyList<Migration>> migrations, int batchRows, TimeProvider time,
    IProgress<CopyProgress>? progress, CancellationToken cancellationToken)
{
    private const long BatchBytes = 16 << 20;
    private const int ProgressRows = 10_000;

    private long _done;
    private long _all;

    public async Task<CopyResult> RunAsync()
    {
        var fingerprint = await CopyComparison.FingerprintAsync(source);
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

        if (begunAnew is not null)
        {
            mark = await EmptyAsync(mark);
        }

        await MigrateAsync();
        var plans = await TablePlan.MakeAsync(source, target);
        if (mark.State == CopyMark.Preparing)
        {
            mark = await BeginAsync(plans, mark with { Source = fingerprint });
        }

        var counts = new Dictionary<string, long>();
        foreach (var plan in plans)
        {
            counts[plan.Name] = await source.CountAsync(plan.Name);
        }

        var earlier = await CopyMark.ProgressAsync(target.Session);
        var resumed = earlier.Values.Sum(p => p.Copied);
        (_done, _all) = (resumed, counts.Values.Sum());
        if (mark.State == CopyMark.Copying)
        {
            foreach (var plan in plans)
            {
                var begun = earlier.GetValueOrDefault(plan.Name) ?? TableProgress.None(plan.Name);
                if (!begun.IsDone)
                {
                    await CopyAsync(plan, begun, counts[plan.Name]);
                }
            }

            mark = await CompleteAsync(mark);
        }

        _done = 0;
        var (copied, reason) = await CopyComparison.CompareAsync(source, target, plans, (plan, rows, isEnd) =>
        {
            Report(CopyPhase.Verifying, plan.Name, rows, counts[plan.Name], _done + rows);
            _done += isEnd ? rows : 0;
        }, cancellationToken);
        if (reason is not null)
        {
            throw await FailedAsync(mark, reason);
        }

        await target.SettleAsync();
        await target.AtOnceAsync(() => target.ScriptAsync(CopyMark.DropSql));
        return new CopyResult(copied, resumed, begunAnew);
    }

    private async Task MigrateAsync()
    {
        var known = migrations(target.Session.Dialect);
        var missing = await Migrator.MissingAsync(target.Session, known, target.Name, isCopied: true);
        if (missing.Count > 0)
        {
            await target.AtOnceAsync(() => Migrator.ApplyAsync(target.Session, missing, target.ScriptAsync, time.GetUtcNow()));
        }
    }

    /// <summary>Throws away what an earlier run had copied; what it had taken away is there again, as migrations expect it.</summary>
    private async Task<CopyMark> EmptyAsync(CopyMark mark)
    {
        var empty = mark with { State = CopyMark.Preparing, Restore = "[]", Reason = "" };
        await target.AtOnceAsync(async () =>
        {
            string[] restore = [.. mark.RestoreStatements(), .. await target.TakeAwayAsync()];
            var names = (await source.TablesAsync()).Select(t => t.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
            await target.ClearAsync([.. (await target.TablesAsync()).Select(t => t.Name).Where(names.Contains)]);
            await target.ScriptAsync($"DELETE FROM {CopyMark.ProgressTable}");
            await RestoreAsync(restore);
            await CopyMark.WriteAsync(target.Session, empty);
        });
        return empty;
    }

    /// <summary>Lets the target take rows, and removes those that migrations put: the source has its own.</summary>
    private async Task<CopyMark> BeginAsync(IReadOnlyList<TablePlan> plans, CopyMark mark)
    {
        await target.AtOnceAsync(async () =>
        {
            var restore = await target.TakeAwayAsync();
            await target.ClearAsync([.. plans.Select(p => p.Target.Name)]);
            mark = mark with { State = CopyMark.Copying, Restore = JsonSerializer.Serialize(restore) };
            await CopyMark.WriteAsync(target.Session, mark);
        });
        return mark;
    }

    private async Task CopyAsync(TablePlan plan, TableProgress begun, long count)
    {
        var (reached, batch, bytes, inBatch) = (begun, (CopyBatch?)null, 0L, 0);
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
                if (plan.Source.Key.Count > 0 && (inBatch >= batchRows || bytes >= BatchBytes))
                {
                    reached = await CommitAsync(isDone: false);
                }
                else if (inBatch % ProgressRows == 0)
                {
                    Report(CopyPhase.Copying, plan.Name, reached.Copied + inBatch, count, _done + inBatch);
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
            var key = inBatch > 0 && plan.Source.Key.Count > 0 ? CopyKey.Text(plan.Source, last) : reached.LastKey;
            var next = new TableProgress(plan.Name, reached.Copied + inBatch, key, isDone);
            batch ??= await target.BeginBatchAsync(plan.Target);
            await batch.CommitAsync(next);
            await batch.DisposeAsync();
            _done += inBatch;
            (batch, inBatch, bytes) = (null, 0, 0);
            Report(CopyPhase.Copying, plan.Name, next.Copied, count, _done);
            return next;
        }
    }

    private async Task<CopyMark> CompleteAsync(CopyMark mark)
    {
        var counters = await source.CountersAsync();
        var copied = mark with { State = CopyMark.Copied, Restore = "[]" };
        try
        {
            await target.AtOnceAsync(async () =>
            {
                Report(CopyPhase.Completing, "", 0, 0, _done);
                await RestoreAsync(mark.RestoreStatements());
                await target.SetCountersAsync(counters);
                await CopyMark.WriteAsync(target.Session, copied);
            });
        }
        catch (DbException e) when (e is SqliteException { SqliteErrorCode: raw.SQLITE_CONSTRAINT } || e.SqlState is ['2', '3', ..])
        {
            throw await FailedAsync(mark, $"The rows do not keep what they have to: {e.Message}. Mend it in the source.");
        }

        return copied;
    }

    /// <summary>The next run begins anew.</summary>
    private async Task<StoreCopyException> FailedAsync(CopyMark mark, string reason)
    {
        await target.AtOnceAsync(() => CopyMark.WriteAsync(target.Session, mark with { State = CopyMark.Failed, Reason = reason }));
        return new StoreCopyException(
            $"The copy is not what the source is: {reason} No process of the platform opens it. The source was not changed.");
    }

    private async Task RestoreAsync(IReadOnlyList<string> statements)
    {
        foreach (var statement in statements)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await target.ScriptAsync(statement);
        }
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
            progress?.Report(new CopyProgress(phase, table, rows, ofRows, done, _all));
        }
    }
}
