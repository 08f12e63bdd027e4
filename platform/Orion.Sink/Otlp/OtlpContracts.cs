using Orion.Sink.Metrics;
using Orion.Sink.Rows;

namespace Orion.Sink.Otlp;

/// <summary>The three kinds of OTLP request.</summary>
public enum OtlpSignal
{
    /// <summary><c>ExportTraceServiceRequest</c>.</summary>
    Traces,

    /// <summary><c>ExportLogsServiceRequest</c>.</summary>
    Logs,

    /// <summary><c>ExportMetricsServiceRequest</c>.</summary>
    Metrics,
}

/// <summary>The two encodings of OTLP over HTTP.</summary>
public enum OtlpEncoding
{
    /// <summary><c>application/x-protobuf</c>.</summary>
    Protobuf,

    /// <summary><c>application/json</c>.</summary>
    Json,
}

/// <summary>What becomes of the records of one request.</summary>
/// <param name="Accepted">Records that can be stored.</param>
/// <param name="Rejected">Records that are not stored and must not be sent again.</param>
/// <param name="Message">Why some were rejected, and what is kept otherwise than it was sent; null when all is kept as it came.</param>
public sealed record OtlpResult(int Accepted, int Rejected, string? Message)
{
    /// <summary>How much is kept otherwise than it was sent: values that were cut or left out, times that were set right.</summary>
    public int Altered { get; init; }
}

/// <summary>The rows of one request, as they came: not redacted yet.</summary>
public sealed record OtlpRowBatch
{
    /// <summary>A batch without rows.</summary>
    public static OtlpRowBatch None { get; } = new() { Result = new OtlpResult(0, 0, null) };

    /// <summary>Spans, canonical lines among them.</summary>
    public IReadOnlyList<SpanRow> Spans { get; init; } = [];

    /// <summary>Log records.</summary>
    public IReadOnlyList<LogRow> Logs { get; init; } = [];

    /// <summary>Metric points.</summary>
    public IReadOnlyList<MetricPoint> Points { get; init; } = [];

    /// <summary>Which processes sent them: those too of which nothing is to be stored, such as totals that have not changed.</summary>
    public IReadOnlyList<OtlpHeard> Heard { get; init; } = [];

    /// <summary>How often something was claimed that the sender may not claim (<see cref="OtlpSender"/>).</summary>
    public int Claims { get; init; }

    /// <summary>What the sender is told of them.</summary>
    public required OtlpResult Result { get; init; }
}

/// <summary>An HTTP answer to an OTLP request, ready to be written.</summary>
/// <param name="Status">HTTP status: 200, or what refuses the request.</param>
/// <param name="ContentType">Content type of <paramref name="Body"/>: that of the request, or protobuf when it had neither.</param>
/// <param name="Body">The response message, or a <c>google.rpc.Status</c> when <paramref name="Status"/> is not 200.</param>
/// <param name="Result">What became of the records; null unless <paramref name="Status"/> is 200.</param>
/// <param name="Error">One sentence that says what is wrong with the request; null when <paramref name="Status"/> is 200.</param>
public sealed record OtlpAnswer(int Status, string ContentType, byte[] Body, OtlpResult? Result, string? Error);

/// <summary>A body that is not what OTLP says it must be, or too much. The sender must not try again.</summary>
public sealed class OtlpFormatException : Exception
{
    /// <summary>The HTTP status that says so: 400, or 413 when there is too much of it.</summary>
    public int Status { get; init; } = 400;

    /// <summary>With a message that names the field.</summary>
    public OtlpFormatException(string message) : base(message)
    {
    }

    /// <summary>With a message that names the field, and what was thrown there.</summary>
    public OtlpFormatException(string message, Exception inner) : base(message, inner)
    {
    }
}
