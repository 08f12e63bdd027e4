using System.Globalization;

namespace OrionPlatform.Sink.Cli;

/// <summary>Reads the command line.</summary>
internal static class RequestParser
{
    /// <exception cref="CommandException">It says something that is not understood; the message names it.</exception>
    public static Request Parse(string[] arguments, TextReader input)
    {
        var verb = arguments[0];
        if (verb is not ("sql" or "tables"))
        {
            throw new CommandException($"'{verb}' is neither 'sql' nor 'tables'; --help shows how it is used.");
        }

        var request = new Request { Verb = verb };
        for (var i = 1; i < arguments.Length; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal) || arguments[i].AsSpan().IndexOfAny(" \n") >= 0)
            {
                request = request.Text is null
                    ? request with { Text = arguments[i] == "-" ? input.ReadToEnd() : arguments[i] }
                    : throw new CommandException($"'{arguments[i]}' is one argument too many: the statement goes between quotes.");
            }
            else
            {
                var (name, value) = arguments[i].Split('=', 2) is [var before, var after] ? (before, after) : (arguments[i], ++i < arguments.Length ? arguments[i] : null);
                request = Set(request, name, value ?? throw new CommandException($"{name} needs a value."));
            }
        }

        if (verb == "sql" && string.IsNullOrWhiteSpace(request.Text))
        {
            throw new CommandException("sql needs a statement: sql \"SELECT ...\".");
        }

        return request.From is { } from && request.To is { } to && from >= to
            ? throw new CommandException($"--from {from:O} is not before --to {to:O}.")
            : request;
    }

    /// <summary>A day or a time; one without an offset is UTC.</summary>
    public static DateTimeOffset? TimeOf(string text, bool wholeDay)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day < DateOnly.MaxValue)
        {
            return new DateTimeOffset(wholeDay ? day.AddDays(1) : day, TimeOnly.MinValue, TimeSpan.Zero);
        }

        return text.Length > 10 && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
    }

    private static Request Set(Request request, string name, string value) => name switch
    {
        "--data" => request with { Directory = value.Length > 0 ? value : throw new CommandException("--data needs a folder.") },
        "--from" => request with { From = Time(name, value, wholeDay: false) },
        "--to" => request with { To = Time(name, value, wholeDay: true) },
        "--process" => request with { Process = value },
        "--format" => request with { Format = value is "table" or "json" or "csv" ? value : throw new CommandException($"--format has to be table, json or csv, not '{value}'.") },
        "--limit" => request with { Limit = Number(name, value, 1_000_000) },
        "--timeout" => request with { TimeoutSeconds = Number(name, value, 3_600) },
        _ => throw new CommandException($"There is no option {name}; --help shows which there are."),
    };

    private static DateTimeOffset Time(string name, string value, bool wholeDay) =>
        TimeOf(value, wholeDay) is { Year: >= 1970 and <= 2200 } time ? time : throw new CommandException($"{name} has to be a day (2026-11-20) or a time (2026-11-20T08:30Z), not '{value}'.");

    private static int Number(string name, string value, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : throw new CommandException($"{name} has to be a number from 1 to {most}, not '{value}'.");
}
