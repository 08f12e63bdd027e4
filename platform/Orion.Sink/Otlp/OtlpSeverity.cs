using Microsoft.Extensions.Logging;

namespace Orion.Sink.Otlp;

/// <summary>
/// The level of a log record that came over OTLP: by its severity number, and where it has none by the text, as the known systems write it.
/// </summary>
internal static class OtlpSeverity
{
    // What languages, syslog, journald and the log libraries call their levels, in lower case.
    private static readonly Dictionary<string, LogLevel> s_names = new(StringComparer.Ordinal)
    {
        ["trace"] = LogLevel.Trace,
        ["trc"] = LogLevel.Trace,
        ["verbose"] = LogLevel.Trace,
        ["finest"] = LogLevel.Trace,
        ["finer"] = LogLevel.Trace,
        ["all"] = LogLevel.Trace,
        ["silly"] = LogLevel.Trace,
        ["t"] = LogLevel.Trace,
        ["v"] = LogLevel.Trace,
        ["debug"] = LogLevel.Debug,
        ["dbg"] = LogLevel.Debug,
        ["dbug"] = LogLevel.Debug,
        ["fine"] = LogLevel.Debug,
        ["config"] = LogLevel.Debug,
        ["d"] = LogLevel.Debug,
        ["info"] = LogLevel.Information,
        ["information"] = LogLevel.Information,
        ["informational"] = LogLevel.Information,
        ["inf"] = LogLevel.Information,
        ["notice"] = LogLevel.Information,
        ["log"] = LogLevel.Information,
        ["default"] = LogLevel.Information,
        ["success"] = LogLevel.Information,
        ["http"] = LogLevel.Information,
        ["i"] = LogLevel.Information,
        ["n"] = LogLevel.Information,
        ["warn"] = LogLevel.Warning,
        ["warning"] = LogLevel.Warning,
        ["wrn"] = LogLevel.Warning,
        ["w"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
        ["err"] = LogLevel.Error,
        ["eror"] = LogLevel.Error,
        ["fail"] = LogLevel.Error,
        ["failure"] = LogLevel.Error,
        ["severe"] = LogLevel.Error,
        ["exception"] = LogLevel.Error,
        ["e"] = LogLevel.Error,
        ["critical"] = LogLevel.Critical,
        ["crit"] = LogLevel.Critical,
        ["crt"] = LogLevel.Critical,
        ["fatal"] = LogLevel.Critical,
        ["ftl"] = LogLevel.Critical,
        ["alert"] = LogLevel.Critical,
        ["emerg"] = LogLevel.Critical,
        ["emergency"] = LogLevel.Critical,
        ["panic"] = LogLevel.Critical,
        ["dpanic"] = LogLevel.Critical,
        ["c"] = LogLevel.Critical,
        ["f"] = LogLevel.Critical,
    };

    public static LogLevel Level(int number, string? text) => number switch
    {
        >= 1 and <= 4 => LogLevel.Trace,
        >= 5 and <= 8 => LogLevel.Debug,
        >= 9 and <= 12 => LogLevel.Information,
        >= 13 and <= 16 => LogLevel.Warning,
        >= 17 and <= 20 => LogLevel.Error,
        >= 21 and <= 24 => LogLevel.Critical,
        _ => text is null ? LogLevel.Information : OfText(text),
    };

    /// <summary>
    /// By the word in it: <c>[ERROR]</c>, <c>WARN2</c>, <c>Error:</c>, <c>LogLevel.Warning</c>, <c>SEVERITY_ERROR</c>. What nobody knows is
    /// information.
    /// </summary>
    private static LogLevel OfText(string text)
    {
        // A word that says how bad it is stands at one of the ends.
        var words = text.Split(s_between, StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 0 && (s_names.TryGetValue(Word(words[0]), out var level) || s_names.TryGetValue(Word(words[^1]), out level))
            ? level
            : LogLevel.Information;
    }

    private static readonly char[] s_between =
        [' ', '\t', '\n', '\r', '.', ':', '_', '-', '/', '[', ']', '(', ')', '<', '>', '|', ',', ';', '"', '\''];

    // OpenTelemetry numbers the steps within a level: ERROR2.
    private static string Word(string word) => word.Length > 1 ? word.TrimEnd('2', '3', '4').ToLowerInvariant() : word.ToLowerInvariant();
}
