using System.Diagnostics;
using Orion.Telemetry.CanonicalLines;

namespace Orion.Telemetry.Requests;

/// <summary>
/// A request's or answer's body as the application sees it: what it waits for, the client has not sent or not taken yet, and that time is
/// noted. Most reads and writes need not wait and pass through.
/// </summary>
internal sealed class ClientStream(Stream inner, CanonicalLineContext scope) : Stream
{
    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => inner.CanSeek;

    public override bool CanWrite => inner.CanWrite;

    public override bool CanTimeout => inner.CanTimeout;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    public override int ReadTimeout
    {
        get => inner.ReadTimeout;
        set => inner.ReadTimeout = value;
    }

    public override int WriteTimeout
    {
        get => inner.WriteTimeout;
        set => inner.WriteTimeout = value;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = inner.ReadAsync(buffer, cancellationToken);
        return read.IsCompleted ? read : WaitAsync(read);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var write = inner.WriteAsync(buffer, cancellationToken);
        return write.IsCompleted ? write : WaitAsync(write);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        var flush = inner.FlushAsync(cancellationToken);
        return flush.IsCompleted ? flush : WaitAsync(new ValueTask(flush)).AsTask();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var from = Stopwatch.GetTimestamp();
        try
        {
            return inner.Read(buffer, offset, count);
        }
        finally
        {
            scope.WaitedForClient(from);
        }
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        var from = Stopwatch.GetTimestamp();
        try
        {
            inner.Write(buffer, offset, count);
        }
        finally
        {
            scope.WaitedForClient(from);
        }
    }

    public override void Flush()
    {
        var from = Stopwatch.GetTimestamp();
        try
        {
            inner.Flush();
        }
        finally
        {
            scope.WaitedForClient(from);
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override void SetLength(long value) => inner.SetLength(value);

    private async ValueTask<int> WaitAsync(ValueTask<int> read)
    {
        var from = Stopwatch.GetTimestamp();
        try
        {
            return await read;
        }
        finally
        {
            scope.WaitedForClient(from);
        }
    }

    private async ValueTask WaitAsync(ValueTask write)
    {
        var from = Stopwatch.GetTimestamp();
        try
        {
            await write;
        }
        finally
        {
            scope.WaitedForClient(from);
        }
    }
}
