using System.CommandLine.Parsing;
using System.Globalization;

namespace Orion.LoadTesting.Options;

/// <summary>Reads the values of options; one that makes no sense is named in a sentence.</summary>
internal static class LoadOptionValues
{
    public const string UrlShape = "has to be an http address such as http://localhost:5080";

    public static LoadProfile? Profile(ArgumentResult result, IReadOnlyList<LoadProfile> profiles) =>
        profiles.FirstOrDefault(p => p.Name == Text(result))
            ?? Wrong<LoadProfile>(result, $"has to be one of {string.Join(", ", profiles.Select(p => p.Name))}");

    public static Uri? Url(ArgumentResult result) => UrlOf(Text(result)) ?? Wrong<Uri>(result, UrlShape);

    public static Uri? UrlOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url : null;

    public static int? Rate(ArgumentResult result) =>
        int.TryParse(Text(result), NumberStyles.None, CultureInfo.InvariantCulture, out var rate) && rate is >= 1 and <= 100_000
            ? rate
            : Wrong<int?>(result, "has to be a number of calls per second from 1 to 100000");

    public static TimeSpan? Time(ArgumentResult result, TimeSpan smallest)
    {
        var text = Text(result);
        var (digits, unit) = text.EndsWith("ms", StringComparison.Ordinal) ? (text[..^2], TimeSpan.FromMilliseconds(1))
            : text.EndsWith('s') ? (text[..^1], TimeSpan.FromSeconds(1))
            : text.EndsWith('m') ? (text[..^1], TimeSpan.FromMinutes(1))
            : ("", TimeSpan.Zero);
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number <= 1e6 && unit * number is var time && time >= smallest && time <= TimeSpan.FromDays(1)
            ? time
            : Wrong<TimeSpan?>(result, $"has to be a time such as 20s, 500ms or 2m, from {smallest.TotalSeconds:0} s to a day");
    }

    public static string? NotEmpty(ArgumentResult result) =>
        Text(result) is { Length: > 0 } text ? text : Wrong<string>(result, "has to be a path");

    private static string Text(ArgumentResult result) => result.Tokens[0].Value;

    private static T? Wrong<T>(ArgumentResult result, string shape)
    {
        result.AddError($"{((OptionResult)result.Parent!).Option.Name} is '{Text(result)}'; it {shape}.");
        return default;
    }
}
