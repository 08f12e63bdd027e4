namespace OrionPlatform.Sink.Cli;

/// <summary>What is asked for.</summary>
internal sealed record Request
{
    /// <summary><c>sql</c> or <c>tables</c>.</summary>
    public required string Verb { get; init; }

    /// <summary>The statement, or the name of a table; null when all tables are asked for.</summary>
    public string? Text { get; init; }

    public string Directory { get; init; } = Path.Combine(".data", "telemetry");

    /// <summary>Start of the time range; null when it is open.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>End of the time range, exclusive; null when it is open.</summary>
    public DateTimeOffset? To { get; init; }

    public string? Process { get; init; }

    /// <summary><c>table</c>, <c>json</c> or <c>csv</c>.</summary>
    public string Format { get; init; } = "table";

    public int Limit { get; init; } = 1_000;

    public int TimeoutSeconds { get; init; } = 30;
}
