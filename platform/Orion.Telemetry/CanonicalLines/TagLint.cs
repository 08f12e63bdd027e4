using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Orion.Telemetry.CanonicalLines;

/// <summary>
/// Development's hint that a tag's value belongs to one entity (uuid, e-mail address, long number) and would explode a metric's series. It
/// warns once a key and never blocks.
/// </summary>
internal sealed class TagLint(ILogger<TagLint> logger)
{
    private const int MaxKeys = 1000;

    // Bounded by MaxKeys: past it nothing more is warned about.
    private readonly ConcurrentDictionary<string, bool> _warned = new();

    public void Check(string key, object? value, string file, int line)
    {
        if (Kind(value) is not { } kind || _warned.Count >= MaxKeys || !_warned.TryAdd(key, true))
        {
            return;
        }

        logger.LogWarning(
            "Canon.Tag(\"{TagKey}\") at {CallSite} was given {TagKind}: "
            + "a tag is a metric dimension and wants few values. Use Canon.Add for it",
            key, line == 0 ? file : $"{Path.GetFileName(file)}:{line.ToString(CultureInfo.InvariantCulture)}", kind);
    }

    /// <summary>What makes a value one of very many; null for one that may be a dimension.</summary>
    internal static string? Kind(object? value)
    {
        switch (value)
        {
            case Guid:
                return "a uuid";
            case long or int or ulong or uint:
                return Convert.ToString(value, CultureInfo.InvariantCulture)!.TrimStart('-').Length >= 9 ? "a long number" : null;
            case string text when text.Length >= 6:
                return text.Contains('@', StringComparison.Ordinal) ? "an e-mail address"
                    : Guid.TryParse(text, out _) ? "a uuid"
                    : LongestDigitRun(text) >= 9 ? "a long number"
                    : text.Length >= 24 && text.All(char.IsAsciiHexDigit) ? "a hash"
                    : null;
            default:
                return null;
        }
    }

    private static int LongestDigitRun(string text)
    {
        var (run, longest) = (0, 0);
        foreach (var c in text)
        {
            run = char.IsAsciiDigit(c) ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }
}
