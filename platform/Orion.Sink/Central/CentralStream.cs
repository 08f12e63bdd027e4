using System.Runtime.InteropServices;
using Orion.Sink.Loss;
using Orion.Sink.Sql;
using Orion.Sink.Writing;

namespace Orion.Sink.Central;

/// <summary>A stream whose rows go into <c>telemetry.db</c>.</summary>
internal interface ICentralStream
{
    /// <summary>Whether rows wait to be committed.</summary>
    bool HasRows { get; }

    /// <summary>Takes what is buffered to what waits already.</summary>
    void Collect();

    /// <summary>The account as it will be once the waiting rows are committed.</summary>
    StreamAccount AccountOnceCommitted();

    /// <summary>Writes the waiting rows; <see cref="Committed"/> says that they need no more.</summary>
    void Write(Database database);

    void Committed();

    /// <summary>Gives up on the waiting rows and counts them.</summary>
    void Drop(string reason);

    void Close();
}

/// <inheritdoc/>
internal sealed class CentralStream<T>(StreamBuffer<T> buffer, Action<Database, IReadOnlyList<T>> write) : ICentralStream where T : class
{
    // Bounded by the buffer: nothing more is taken from it while rows wait.
    private readonly List<T> _waiting = [];

    public StreamBuffer<T> Buffer { get; } = buffer;

    public bool HasRows => _waiting.Count > 0;

    public void Collect()
    {
        if (_waiting.Count == 0)
        {
            _waiting.AddRange(Buffer.Take().Span);
        }
    }

    public StreamAccount AccountOnceCommitted()
    {
        var account = Buffer.Account();
        account.Stored += _waiting.Count;
        return account;
    }

    public void Write(Database database)
    {
        if (_waiting.Count > 0)
        {
            write(database, _waiting);
        }
    }

    public void Committed()
    {
        Buffer.CountStored(_waiting.Count);
        _waiting.Clear();
    }

    public void Drop(string reason)
    {
        Buffer.CountDropped(reason, CollectionsMarshal.AsSpan(_waiting));
        _waiting.Clear();
        var rest = Buffer.Take();
        Buffer.CountDropped(reason, rest.Span);
    }

    public void Close() => Buffer.Close();
}
