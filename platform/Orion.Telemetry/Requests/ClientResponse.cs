using System.Diagnostics;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Orion.Telemetry.CanonicalLines;

namespace Orion.Telemetry.Requests;

/// <summary>
/// An answer's body, whose waiting is the client's: a flush waits when the client has not taken what lies in the server's buffer. The
/// feature and its writer in one object, as there is one for each request.
/// </summary>
internal sealed class ClientResponse(IHttpResponseBodyFeature inner, CanonicalLineContext scope) : PipeWriter, IHttpResponseBodyFeature
{
    private PipeWriter? _writer;
    private ClientStream? _stream;

    public Stream Stream => _stream ??= new ClientStream(inner.Stream, scope);

    public PipeWriter Writer => this;

    public override bool CanGetUnflushedBytes => Inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => Inner.UnflushedBytes;

    private PipeWriter Inner => _writer ??= inner.Writer;

    public void DisableBuffering() => inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        WaitAsync(inner.SendFileAsync(path, offset, count, cancellationToken));

    Task IHttpResponseBodyFeature.CompleteAsync() => WaitAsync(inner.CompleteAsync());

    public override void Advance(int bytes) => Inner.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => Inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => Inner.GetSpan(sizeHint);

    public override void CancelPendingFlush() => Inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => Inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => Inner.CompleteAsync(exception);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        Watch(Inner.FlushAsync(cancellationToken));

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        Watch(Inner.WriteAsync(source, cancellationToken));

    private ValueTask<FlushResult> Watch(ValueTask<FlushResult> flush) => flush.IsCompleted ? flush : WaitAsync(flush);

    private async ValueTask<FlushResult> WaitAsync(ValueTask<FlushResult> flush)
    {
        var from = Stopwatch.GetTimestamp();
        try
        {
            return await flush;
        }
        finally
        {
            scope.WaitedForClient(from);
        }
    }

    private async Task WaitAsync(Task sent)
    {
        var from = Stopwatch.GetTimestamp();
        try
        {
            await sent;
        }
        finally
        {
            scope.WaitedForClient(from);
        }
    }
}
