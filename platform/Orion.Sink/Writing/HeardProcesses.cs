using System.Runtime.InteropServices;
using Orion.Sink.Central;
using Orion.Sink.Otlp;
using Orion.Sink.Rows;
using Orion.Sink.Sql;

namespace Orion.Sink.Writing;

/// <summary>What tells a process from others, in its sender's words.</summary>
internal readonly record struct HeardKey(string Sender, string Service, string Instance, string Host);

/// <summary>What was taken of a process since it was written last.</summary>
internal sealed record HeardProcess(HeardKey Key)
{
    public long LastHeard { get; set; }

    public long Spans { get; set; }

    public long MetricPoints { get; set; }

    public long LogRecords { get; set; }
}

/// <summary>Adds up what is heard of each process until it is written: once a flush, however many records come.</summary>
internal sealed class HeardProcesses(TimeProvider time)
{
    /// <summary>Characters kept of a name.</summary>
    public const int MaxText = 200;

    private readonly Lock _lock = new();

    // Of a sender as many as the table has of it; there are no more senders than keys.
    private readonly Dictionary<HeardKey, HeardProcess> _arriving = [];
    private readonly Dictionary<string, int> _bySender = new(StringComparer.Ordinal);
    private bool _closed;

    // Of the writer's thread: what is written until that is committed. Nothing more is taken while there is any.
    private readonly List<HeardProcess> _waiting = [];

    /// <summary>Whether anything waits to be committed.</summary>
    public bool HasRows => _waiting.Count > 0;

    /// <summary>Notes what was heard; called by any thread.</summary>
    public void Note(OtlpHeard heard)
    {
        var key = new HeardKey(heard.Resource.Sender, Cut(heard.Service), Cut(heard.Instance), Cut(heard.Host));
        var now = UnixTime.Nanos(time.GetUtcNow());
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            if (!_arriving.TryGetValue(key, out var process))
            {
                ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_bySender, key.Sender, out _);
                if (count >= OtlpProcessTable.MaxOfSender)
                {
                    return;
                }

                count++;
                _arriving.Add(key, process = new HeardProcess(key));
            }

            process.LastHeard = now;
            switch (heard.Signal)
            {
                case OtlpSignal.Traces:
                    process.Spans += heard.Records;
                    break;
                case OtlpSignal.Metrics:
                    process.MetricPoints += heard.Records;
                    break;
                default:
                    process.LogRecords += heard.Records;
                    break;
            }
        }
    }

    /// <summary>Takes what was noted, unless something waits already.</summary>
    public void Collect()
    {
        if (_waiting.Count == 0)
        {
            lock (_lock)
            {
                _waiting.AddRange(_arriving.Values);
                _arriving.Clear();
                _bySender.Clear();
            }
        }
    }

    /// <summary>Writes what waits; <see cref="Committed"/> says that it needs no more.</summary>
    public void Write(Database database)
    {
        if (_waiting.Count > 0)
        {
            OtlpProcessTable.Write(database, _waiting);
        }
    }

    /// <summary>What was written is committed, or given up.</summary>
    public void Committed() => _waiting.Clear();

    /// <summary>Notes nothing from now on.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }
    }

    private static string Cut(string text) =>
        text.Length <= MaxText ? text : text[..(char.IsHighSurrogate(text[MaxText - 1]) ? MaxText - 1 : MaxText)];
}
