namespace Orion.Sink.Rows;

/// <summary>
/// The one wide event of a request or a job: everything about it in one row. It is also the root span of its local trace, so it is stored
/// once and shows both faces.
/// </summary>
public sealed class CanonicalLine : SpanRow
{
    /// <summary><see cref="LineKind"/> value of an HTTP request.</summary>
    public const string Request = "request";

    /// <summary><see cref="LineKind"/> value of a job, message or node task.</summary>
    public const string Job = "job";

    /// <summary>
    /// <see cref="LineKind"/> value of any other work that nothing led to: a root span that is neither, such as a timer's (kind internal)
    /// or a call of a script's (client).
    /// </summary>
    public const string Operation = "operation";

    /// <summary><see cref="Surface"/> of lines that came in with a key that lets its sender's lines be of no other.</summary>
    public const string External = "external";

    /// <summary>
    /// <see cref="Surface"/> of live streams: the request of one, which lasts as long as somebody looks, and each repaint that it is sent.
    /// </summary>
    public const string Live = "live";

    /// <summary>Key of the attribute that has <see cref="ClientWaitMs"/>, where that is not zero.</summary>
    public const string ClientWaitKey = "orion.client_wait_ms";

    /// <summary><c>request</c>, <c>job</c> or <c>operation</c>.</summary>
    public required string LineKind { get; set; }

    /// <summary>
    /// Which face of the platform it came in by: <c>public</c> (<c>/v1</c>), <c>node</c>, <c>webhook</c>, <c>ops</c>, <c>otlp</c>,
    /// <c>job</c>, <see cref="Live"/>, <see cref="External"/> or <c>other</c>. The API's SLOs read <c>public</c> only.
    /// </summary>
    public string Surface { get; set; } = "other";

    /// <summary>
    /// Whether requests of a surface are meant to wait (an agent's long poll, a live stream): how long they took says nothing about the
    /// service.
    /// </summary>
    public static bool Waits(string surface) => surface is "node" or Live;

    /// <summary>Milliseconds of a request's duration in which it waited for its client: to send its body, to take its answer.</summary>
    public long ClientWaitMs { get; set; }

    /// <summary>
    /// How long the service itself took. Latencies, and so objectives on them, are of this: no client can spend a budget by being slow.
    /// </summary>
    public override long OwnNanos => Math.Max(0, DurationNanos - (ClientWaitMs * 1_000_000));

    /// <summary>HTTP method of a request.</summary>
    public string? Method { get; set; }

    /// <summary>Route template of a request (<c>/v1/projects/{projectId}</c>), or the kind of a job.</summary>
    public string? Route { get; set; }

    /// <summary>HTTP status of a request.</summary>
    public int? StatusCode { get; set; }

    /// <summary><c>ok</c>, <c>client_error</c>, <c>error</c>, <c>aborted</c> or <c>timeout</c>.</summary>
    public string Outcome { get; set; } = "ok";

    /// <summary>Stable code from the error catalogue, when it failed.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>The X-Correlation-ID that joins it to its callers and its consequences.</summary>
    public string? CorrelationId { get; set; }

    /// <summary>The authenticated principal (an opaque id, never a name or an address).</summary>
    public string? User { get; set; }
}
