using Orion.Sink.Rows;

namespace OrionPlatform.TraceGate.Tests;

/// <summary>All that a verdict rests on: what was sent, and what was stored of it.</summary>
public sealed record Evidence
{
    /// <summary>Every service that ran.</summary>
    public required IReadOnlyList<string> Services { get; init; }

    /// <summary>Services whose heartbeat is stored: all that one can show which nobody has asked for anything.</summary>
    public IReadOnlySet<string> Beating { get; init; } = new HashSet<string>();

    /// <summary>Canonical lines: requests and jobs.</summary>
    public required IReadOnlyList<CanonicalLine> Lines { get; init; }

    /// <summary>Inner spans.</summary>
    public required IReadOnlyList<SpanRow> Spans { get; init; }

    /// <summary>Log records.</summary>
    public required IReadOnlyList<LogRow> Logs { get; init; }

    /// <summary>Services that sent something to the endpoint they were given.</summary>
    public required IReadOnlySet<string> Exporting { get; init; }

    /// <summary>The gate's own requests.</summary>
    public required IReadOnlyList<SentRequest> Sent { get; init; }

    /// <summary>What had to be processed.</summary>
    public required IReadOnlyList<ExpectedMessage> Messages { get; init; }

    /// <summary>Secrets that were sent and may stand nowhere.</summary>
    public required IReadOnlyList<string> Secrets { get; init; }
}

/// <summary>Something a service lacks.</summary>
/// <param name="Rule">
/// Which rule it breaks: <c>telemetry</c>, <c>tracing</c>, <c>correlation</c>, <c>consumer</c>, <c>mutation</c>, <c>error</c>,
/// <c>sanitize</c> or <c>otlp</c>.
/// </param>
/// <param name="Service">The service.</param>
/// <param name="What">A sentence that says where.</param>
public sealed record Finding(string Rule, string Service, string What)
{
    /// <inheritdoc/>
    public override string ToString() => $"[{Rule}] {Service}: {What}";
}
