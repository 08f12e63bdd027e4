namespace OrionPlatform.ServiceDefaults;

/// <summary>What a consumer is about to process: one job, message or node task.</summary>
public sealed record ProcessingInfo
{
    /// <summary>Span name: <c>worker.allocation.provision</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Kind of message or job: <c>allocation.provision</c> (<c>event.type</c>; also the line's route).</summary>
    public required string EventType { get; init; }

    /// <summary>Id of the message or job (<c>event.id</c>).</summary>
    public required string EventId { get; init; }

    /// <summary>The entity it is about (<c>subject</c>).</summary>
    public required string Subject { get; init; }

    /// <summary>The cause's W3C traceparent; the processing span starts its own trace and links to it.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The cause's correlation id; it becomes the current one.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The tenant it is done for.</summary>
    public string? Tenant { get; init; }

    /// <summary>Which attempt this is, from 1.</summary>
    public int Attempt { get; init; } = 1;
}

/// <summary>The one processing span a message gets, with its canonical line (kind job), from start to dispose.</summary>
public sealed class Processing : IDisposable
{
    /// <summary>Starts processing: a new root span that links to the cause, the correlation id, and an empty canonical line.</summary>
    public static Processing Start(ProcessingInfo info) => throw new NotSupportedException();

    /// <summary>W3C traceparent of this processing span, to be stored with what it causes in turn.</summary>
    public string? TraceParent => throw new NotSupportedException();

    /// <summary>Marks it failed.</summary>
    public void Fail(string errorCode, Exception? exception = null) => throw new NotSupportedException();

    /// <summary>Ends the span and emits the canonical line, exactly once.</summary>
    public void Dispose() => throw new NotSupportedException();
}
