using System.Buffers.Binary;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
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

    private const int MaxGiven = 256;

    // PostgreSQL refuses a longer channel (NAMEDATALEN).
    private const int MaxNameBytes = 63;

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
    private Task<Snapshot>? _next;

    // The newest versions that were given out; bounded by MaxGiven.
    private readonly Dictionary<long, Snapshot> _given = [];
    private readonly Queue<long> _order = new();
    private long _generation;
    private bool _isHeard;
    private bool _isUntold;

    public PostgresChanges(NpgsqlDataSource source, DomainStoreOptions options, string schema, TimeProvider time)
    {
        (_source, _time) = (source, time);
        _channel = ChannelOf(schema);
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
        Volatile.Write(ref _isUntold, true);
        Told();
        _toTell.Raise();
    }

    public async Task<long> VersionAsync(CancellationToken cancellationToken) => (await SeenAsync(cancellationToken)).Version;

    public async Task<long> WaitAsync(long version, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        var timedOut = timeout == Timeout.InfiniteTimeSpan
            ? Task.Delay(Timeout.Infinite, ending.Token)
            : Task.Delay(timeout, _time, ending.Token);
        var (then, now, waited, pause) = (Seen(version), version, TimeSpan.Zero, s_unheardPause);
        try
        {
            while (true)
            {
                // Taken first: a commit that is told of while the database is asked ends the wait below.
                var changed = _changed.Next;
                try
                {
                    // As long as every commit is told of, the version was given out since the last one, and nothing was under way when it
                    // was, there is nothing to ask. Other databases of the server change the snapshot, and concern nobody here.
                    if (!IsCurrent(then) || !IsHeard || waited > TimeSpan.Zero)
                    {
                        var seen = await SeenAsync(ending.Token);
                        if (seen.Version != version
                            && (!IsCurrent(then) || !IsHeard || waited >= s_heardPause || then!.IsSettledBy(seen)))
                        {
                            return seen.Version;
                        }

                        (then, now) = (seen.Version == version ? seen : then, seen.Version);
                    }
                }
                catch (Exception e) when (PostgresErrors.Of(e) is PostgresError.Away)
                {
                    // Whoever waits finds out by its own reading, once there is something to read or the wait has ended.
                }

                if (timedOut.IsCompleted)
                {
                    return now;
                }

                // Soon where a transaction was under way: that it is given up nobody tells, and a fact may wait for that. Twice as long
                // each time, up to what makes up for lost words, and for commits of programs that give none.
                pause = !IsHeard ? s_unheardPause
                    : then is { UnderWay.Count: 0 } || pause > s_heardPause / 2 ? s_heardPause
                    : pause * 2;
                waited += pause;
                if (await Task.WhenAny(changed, timedOut, Task.Delay(pause, ending.Token)) == changed)
                {
                    then = null;
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
        if (Volatile.Read(ref _isUntold))
        {
            // What was committed last: nobody is left to tell of it later.
            using var patience = new CancellationTokenSource(s_heardPause);
            await NotifyAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The channel of a schema's stores; as long as a name may be, also where the schema's is.</summary>
    internal static string ChannelOf(string schema)
    {
        var channel = "orion_store_" + schema.Replace("\"", "", StringComparison.Ordinal);
        return Encoding.UTF8.GetByteCount(channel) <= MaxNameBytes
            ? channel
            : "orion_store_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(schema)).AsSpan(0, 16));
    }

    /// <summary>What was known is out of date.</summary>
    private void Told()
    {
        Interlocked.Increment(ref _generation);
        _toWake.Raise();
    }

    private Task<Snapshot> SeenAsync(CancellationToken cancellationToken)
    {
        Task<Snapshot> seen;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, typeof(DomainStore));
            if (_look is { } look && !look.Seen.IsFaulted && !look.Seen.IsCanceled
                && look.Generation == Interlocked.Read(ref _generation) && Stopwatch.GetElapsedTime(look.Started) < s_fresh)
            {
                seen = look.Seen;
            }
            else if (_look is { Seen.IsCompleted: false } under)
            {
                // One look at a time; those who ask meanwhile share the next.
                seen = _next ??= LookAfterAsync(under.Seen);
            }
            else
            {
                seen = LookNow();
            }
        }

        return seen.WaitAsync(cancellationToken);
    }

    /// <summary>To be called within the lock.</summary>
    private Task<Snapshot> LookNow()
    {
        // Its generation and time are those of before it looks: what it does not see makes it out of date.
        var generation = Interlocked.Read(ref _generation);
        _look = new Look(generation, Stopwatch.GetTimestamp(), Task.Run(() => ReadAsync(generation), CancellationToken.None));
        return _look.Seen;
    }

    private async Task<Snapshot> LookAfterAsync(Task look)
    {
        // Never within the lock of the one who asks.
        await look.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task<Snapshot> seen;
        lock (_gate)
        {
            _next = null;
            seen = LookNow();
        }

        return await seen;
    }

    private async Task<Snapshot> ReadAsync(long generation)
    {
        await using var command = _source.CreateCommand("SELECT pg_current_snapshot()::text");
        var text = (string)(await command.ExecuteScalarAsync(_closing.Token))!;
        var version = BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
        var underWay = text[(text.LastIndexOf(':') + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries);
        var seen = new Snapshot(version, generation, underWay.ToHashSet(StringComparer.Ordinal));
        lock (_gate)
        {
            if (_given.TryAdd(version, seen))
            {
                _order.Enqueue(version);
                if (_order.Count > MaxGiven)
                {
                    _given.Remove(_order.Dequeue());
                }
            }
        }

        return seen;
    }

    /// <summary>What was seen when that version was given out; null when that was long ago.</summary>
    private Snapshot? Seen(long version)
    {
        lock (_gate)
        {
            return _given.GetValueOrDefault(version);
        }
    }

    /// <summary>Whether no commit was heard of since.</summary>
    private bool IsCurrent([NotNullWhen(true)] Snapshot? seen) => seen is not null && seen.Generation == Interlocked.Read(ref _generation);

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
                await NotifyAsync(_closing.Token);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The others look by themselves.
            }

            await Task.Delay(s_leastPause, _closing.Token);
        }
    }

    private async Task NotifyAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _isUntold, false);

        try
        {
            // It says only that there is something to read: it need not survive a crash, and is not worth waiting for the disk.
            await using var command = _source.CreateCommand(
                $"BEGIN; SET LOCAL synchronous_commit = off; NOTIFY \"{_channel}\", '{_self}'; COMMIT");
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch
        {
            Volatile.Write(ref _isUntold, true);
            throw;
        }
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

    private sealed record Look(long Generation, long Started, Task<Snapshot> Seen);

    /// <summary>What a transaction that began then would see.</summary>
    /// <param name="Version">A number for it.</param>
    /// <param name="Generation">How many commits had been heard of.</param>
    /// <param name="UnderWay">The transactions that were under way, of all databases of the server.</param>
    private sealed record Snapshot(long Version, long Generation, HashSet<string> UnderWay)
    {
        /// <summary>Whether one that was under way has ended since.</summary>
        public bool IsSettledBy(Snapshot later) => !UnderWay.IsSubsetOf(later.UnderWay);
    }
}
