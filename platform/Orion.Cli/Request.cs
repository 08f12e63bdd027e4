namespace Orion.Cli;

/// <summary>What is asked for.</summary>
/// <param name="Directory">The telemetry folder.</param>
/// <param name="From">Start of the time range; null when it is open.</param>
/// <param name="To">End of the time range, exclusive; null when it is open.</param>
/// <param name="Process">The only process whose segments are read; null for all.</param>
/// <param name="Format"><c>table</c>, <c>json</c> or <c>csv</c>.</param>
/// <param name="Limit">Rows printed at most.</param>
/// <param name="Longest">A query that takes longer is cut off.</param>
internal sealed record Request(
    string Directory, DateTimeOffset? From, DateTimeOffset? To, string? Process, string Format, int Limit, TimeSpan Longest);

/// <summary>Something that was asked for cannot be done; the message is for whoever asked.</summary>
internal sealed class CommandException(string message) : Exception(message);
