using System.Diagnostics;
using Orion.Telemetry.CanonicalLines;

namespace Orion.Telemetry.Logs;

/// <summary>What of the current flow a log record names.</summary>
internal static class LogFlow
{
    /// <summary>
    /// The span it is written in; none in an untraced request or job, of which nothing is stored: its ids would lead nowhere.
    /// </summary>
    public static Activity? Span => CanonicalLineContext.Current is { Untraced: true } ? null : Activity.Current;
}
