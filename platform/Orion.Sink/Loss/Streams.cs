namespace Orion.Sink.Loss;

/// <summary>Names of the streams, as the loss account has them.</summary>
public static class Streams
{
    /// <summary>Canonical lines: one a request or job.</summary>
    public const string Lines = "lines";

    /// <summary>Inner spans.</summary>
    public const string Spans = "spans";

    /// <summary>Log records.</summary>
    public const string Logs = "logs";

    /// <summary>Metric points.</summary>
    public const string Metrics = "metrics";

    /// <summary>Heartbeats.</summary>
    public const string Heartbeats = "heartbeats";

    /// <summary>Business events.</summary>
    public const string Events = "events";

    /// <summary>Product events for analytics.</summary>
    public const string Tracked = "tracked";

    /// <summary>Audit entries.</summary>
    public const string Audit = "audit";

    /// <summary>Those whose rows lie in segments.</summary>
    internal static readonly string[] Raw = [Lines, Spans, Logs, Metrics];
}
