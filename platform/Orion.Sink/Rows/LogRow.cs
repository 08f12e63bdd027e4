using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Orion.Sink.Rows;

/// <summary>One log record. Mutable until it is handed to <see cref="TelemetrySink"/>; never after.</summary>
public sealed class LogRow
{
    /// <summary>Wall-clock time, nanoseconds since 1970-01-01 UTC.</summary>
    public long UnixNanos { get; set; }

    /// <summary>Severity.</summary>
    public LogLevel Level { get; set; }

    /// <summary>The severity in the sender's own words, when it used any.</summary>
    public string? SeverityText { get; set; }

    /// <summary>What it comes from; null for the process that stores it.</summary>
    public ResourceRow? Resource { get; set; }

    /// <summary>The instrumentation scope that made it, when more is known of it than <see cref="Category"/>.</summary>
    public ScopeRow? Scope { get; set; }

    /// <summary>The service that wrote it.</summary>
    public required string Service { get; set; }

    /// <summary>Logger category.</summary>
    public required string Category { get; set; }

    /// <summary>The rendered message.</summary>
    public required string Message { get; set; }

    /// <summary>
    /// The message as the list or map it was: redaction judges its parts and makes <see cref="Message"/> of what is left.
    /// </summary>
    public object? Body { get; set; }

    /// <summary>The message template, when it differs from the message.</summary>
    public string? Template { get; set; }

    /// <summary>Exception text: type, message and stack.</summary>
    public string? Exception { get; set; }

    /// <summary>The trace it was written in; <c>default</c> outside one.</summary>
    public ActivityTraceId TraceId { get; set; }

    /// <summary>The span it was written in; <c>default</c> outside one.</summary>
    public ActivitySpanId SpanId { get; set; }

    /// <summary>The correlation id in scope, if any.</summary>
    public string? CorrelationId { get; set; }

    /// <summary>The tenant in scope, if any.</summary>
    public string? Tenant { get; set; }

    /// <summary>Structured arguments.</summary>
    public KeyValuePair<string, object?>[] Attributes { get; set; } = [];

    /// <summary>Attributes it had beside <see cref="Attributes"/>: what its sender left out, and what was too many for us.</summary>
    public int DroppedAttributes { get; set; }
}
