using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Orion.Store.Changes;

namespace Orion.Store.Postgres;

/// <summary>
/// Knows when anyone committed. Its truth is the database's snapshot (which transactions a new one would see), read when somebody asks and
/// what is known is more than 25 ms old. Between the processes a NOTIFY tells of commits, so that those who wait look at once; one that is
/// lost is made up for by looking every second, and every 20 ms where nothing is heard.
/// </summary>
internal sealed class PostgresChanges : IAsyncDisposable
{
    /// <summary>How old a version may be that somebody is given.</summary>
    private static readonly TimeSpan s_fresh = TimeSpan.FromMilliseconds(25);

    // Many commits a second are told of together: a NOTIFY takes a lock of the whole server.
    private static readonly TimeSpan s_leastPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_heardPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_unheardPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_reconnect = TimeSpan.FromMilliseconds(500);

    private readonly NpgsqlDataSource _source;
    private readonly string _listenString;
    private readonly string _channel;
    private readonly string _self = Guid.NewGuid().ToString("N");
    private readonly TimeProvider _time;
    private readonly ChangeSignal _changed = new();
    private readonly ChangeSignal _toTell = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly Task _listening;
    private readonly Task _telling;
    private readonly Task _waking;
    private readonly ChangeSignal _toWake = new();
    private Look? _look;
    private Task<long>? _next;
    private long _generation;
    private bool _isHeard;

    public PostgresChanges(NpgsqlDataSource source, DomainStoreOptions options, string schema, TimeProvider time)
    {
        (_source, _time) = (source, time);
        _channel = "orion_store_" + schema.Replace("\"", "", StringComparison.Ordinal);
        _listenString = new NpgsqlConnectionStringBuilder(options.ListenConnectionString ?? options.ConnectionString)
        {
            Pooling = false,
            KeepAlive = 10,
        }.ConnectionString;
        _listening = Task.Run(ListenAsync);
        _telling = Task.Run(TellAsync);
        _waking = Task.Run(WakeAsync);
    }

    /// <summary>Whether commits of others are heard of.</summary>
    public bool IsHeard => Volatile.Read(ref _isHeard);

    /// <summary>Says that this process committed.</summary>
    public void Committed()
    {
        Told();
        _toTell.Raise();
    }

    public Task<long> VersionAsync(CancellationToken cancellationToken)
    {
        Task<long> version;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, typeof(DomainStore));
            if (_look is { } look && !look.Version.IsFaulted && !look.Version.IsCanceled
                && look.Generation == Interlocked.Read(ref _generation) && Stopwatch.GetElapsedTime(look.Started) < s_fresh)
            {
                version = look.Version;
            }
            else if (_look is { Version.IsCompleted: false } under)
            {
                // One look at a time; those who ask meanwhile share the next.
                version = _next ??= LookAfterAsync(under.Version);
            }
            else
            {
                version = LookNow();
            }
        }

        return version.WaitAsync(cancellationToken);
    }

    public async Task<long> WaitAsync(long version, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        var timedOut = timeout == Timeout.InfiniteTimeSpan
            ? Task.Delay(Timeout.Infinite, ending.Token)
            : Task.Delay(timeout, _time, ending.Token);
        var pause = s_unheardPause;
        try
        {
            while (true)
            {
                var changed = _changed.Next;
                long now;
                try
                {
                    now = await VersionAsync(ending.Token);
                }
                catch (Exception e) when (PostgresErrors.Of(e) is PostgresError.Away)
                {
                    // Away: whoever waits finds out by its own reading, once there is something to read or the wait has ended.
                    now = version;
                }

                if (now != version || timedOut.IsCompleted)
                {
                    return now;
                }

                // Twice as long each time: what is committed without a word (by other programs, or when a transaction that others waited
                // for is given up) shows soon after a change, and costs little where there is none.
                var longest = IsHeard ? s_heardPause : s_unheardPause;
                if (await Task.WhenAny(changed, timedOut, Task.Delay(pause, ending.Token)) == changed)
                {
                    pause = s_unheardPause;
                }
                else
                {
                    pause = pause * 2 < longest ? pause * 2 : longest;
                }

                cancellationToken.ThrowIfCancellationRequested();
                ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, typeof(DomainStore));
            }
        }
        catch (OperationCanceledException closing) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(DomainStore), closing);
        }
        finally
        {
            await ending.CancelAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await Task.WhenAll(_listening, _telling, _waking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
    }

    /// <summary>What was known is out of date.</summary>
    private void Told()
    {
        Interlocked.Increment(ref _generation);
        _toWake.Raise();
    }

    /// <summary>To be called within the lock.</summary>
    private Task<long> LookNow()
    {
        // Its generation and time are those of before it looks: what it does not see makes it out of date.
        _look = new Look(Interlocked.Read(ref _generation), Stopwatch.GetTimestamp(), Task.Run(ReadVersionAsync, CancellationToken.None));
        return _look.Version;
    }

    private async Task<long> LookAfterAsync(Task look)
    {
        // Never within the lock of the one who asks.
        await look.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task<long> version;
        lock (_gate)
        {
            _next = null;
            version = LookNow();
        }

        return await version;
    }

    private async Task<long> ReadVersionAsync()
    {
        await using var command = _source.CreateCommand("SELECT pg_current_snapshot()::text");
        var snapshot = (string)(await command.ExecuteScalarAsync(_closing.Token))!;
        return BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.ASCII.GetBytes(snapshot)));
    }

    /// <summary>Wakes those who wait, not more often than they can look.</summary>
    private async Task WakeAsync()
    {
        var next = _toWake.Next;
        while (!_closing.IsCancellationRequested)
        {
            await next.WaitAsync(_closing.Token);
            next = _toWake.Next;
            _changed.Raise();
            await Task.Delay(s_leastPause, _closing.Token);
        }
    }

    /// <summary>Tells the other processes: one telling at a time, which stands for all commits before it.</summary>
    private async Task TellAsync()
    {
        var next = _toTell.Next;
        while (!_closing.IsCancellationRequested)
        {
            await next.WaitAsync(_closing.Token);
            next = _toTell.Next;
            try
            {
                await NotifyAsync();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The others look by themselves.
            }

            await Task.Delay(s_leastPause, _closing.Token);
        }
    }

    private async Task NotifyAsync()
    {
        // It says only that there is something to read: it need not survive a crash, and is not worth waiting for the disk.
        await using var command = _source.CreateCommand(
            $"BEGIN; SET LOCAL synchronous_commit = off; NOTIFY \"{_channel}\", '{_self}'; COMMIT");
        await command.ExecuteNonQueryAsync(_closing.Token);
    }

    private async Task ListenAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection(_listenString);
                connection.Notification += (_, told) =>
                {
                    Volatile.Write(ref _isHeard, true);
                    if (told.Payload != _self)
                    {
                        Told();
                    }
                };
                await connection.OpenAsync(_closing.Token);
                await using (var listen = new NpgsqlCommand($"LISTEN \"{_channel}\"", connection))
                {
                    await listen.ExecuteNonQueryAsync(_closing.Token);
                }

                // What came before is made up for, and hearing oneself shows that this connection is one that hears: a pooler's is not.
                Told();
                _toTell.Raise();
                while (true)
                {
                    await connection.WaitAsync(_closing.Token);
                }
            }
            catch (Exception) when (!_closing.IsCancellationRequested)
            {
                // The server restarts or is away; until it is back, those who wait look more often.
                Volatile.Write(ref _isHeard, false);
                await Task.Delay(s_reconnect, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private sealed record Look(long Generation, long Started, Task<long> Version);
}
