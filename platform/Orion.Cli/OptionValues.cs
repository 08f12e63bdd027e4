using System.CommandLine.Parsing;
using System.Globalization;

namespace Orion.Cli;

/// <summary>Reads the values of options; one that makes no sense is named in a sentence.</summary>
internal static class OptionValues
{
    /// <summary>A day or a time; one without an offset is UTC.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="wholeDay">Whether a day means its end.</param>
    public static DateTimeOffset? TimeOf(string text, bool wholeDay)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && day < DateOnly.MaxValue)
        {
            return new DateTimeOffset(wholeDay ? day.AddDays(1) : day, TimeOnly.MinValue, TimeSpan.Zero);
        }

        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return text.Length > 10 && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var time) ? time : null;
    }

    public static DateTimeOffset? Time(ArgumentResult result, bool wholeDay) =>
        TimeOf(Text(result), wholeDay) is { Year: >= 1970 and <= 2200 } time
            ? time
            : Wrong<DateTimeOffset?>(result, $"has to be a day (2026-11-20) or a time (2026-11-20T08:30Z), not '{Text(result)}'.");

    public static int Number(ArgumentResult result, int most) =>
        int.TryParse(Text(result), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : Wrong<int>(result, $"has to be a number from 1 to {most}, not '{Text(result)}'.");

    public static string? Format(ArgumentResult result) => Text(result) is "table" or "json" or "csv"
        ? Text(result)
        : Wrong<string>(result, $"has to be table, json or csv, not '{Text(result)}'.");

    public static string? NotEmpty(ArgumentResult result) =>
        Text(result) is { Length: > 0 } text ? text : Wrong<string>(result, "needs a value.");

    private static string Text(ArgumentResult result) => result.Tokens[0].Value;

    private static T? Wrong<T>(ArgumentResult result, string sentence)
    {
        result.AddError($"{((OptionResult)result.Parent!).Option.Name} {sentence}");
        return default;
    }
}
