using System.CommandLine;

namespace Orion.LoadTesting.Options;

/// <summary>What the command line asks for.</summary>
internal sealed record LoadPlan
{
    public required LoadProfile Profile { get; init; }

    /// <summary>The target; null to start its application for the run.</summary>
    public Uri? Url { get; init; }

    /// <summary>Arguments of the application that is started, after those of its target.</summary>
    public IReadOnlyList<string> AppHostArguments { get; init; } = [];

    public required LoadAmount Amount { get; init; }

    public string ReportFolder { get; init; } = "reports";

    /// <summary>All of the command line, for options of the product's own.</summary>
    public required ParseResult Parsed { get; init; }
}
