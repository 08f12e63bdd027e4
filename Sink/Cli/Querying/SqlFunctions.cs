using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace OrionPlatform.Sink.Cli;

/// <summary>Functions that statements may use beside SQLite's own; docs/telemetry.md describes them.</summary>
internal static class SqlFunctions
{
    public static void Register(SqliteConnection connection, DateTimeOffset now)
    {
        connection.CreateFunction<long?, string?>("iso", nanos => nanos is { } n ? UnixTime.Time(n).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'") : null, isDeterministic: true);
        connection.CreateFunction<string?, long?>("ns", text => text is null ? null : UnixTime.Nanos(Time(text, now)), isDeterministic: true);
        connection.CreateFunction<long?, string?>("hex_id", id => id is { } i ? i.ToString("x16") : null, isDeterministic: true);
        connection.CreateFunction<long?, long?, string?>("hex_id", (high, low) => high is { } h && low is { } l ? $"{h:x16}{l:x16}" : null, isDeterministic: true);
        connection.CreateFunction<string?, long?>("trace_hi", id => id is null ? null : TraceHigh(id), isDeterministic: true);
        connection.CreateFunction<string?, string?, string?>("attributes", Attributes, isDeterministic: true);
        // Through the engine's own interface: CreateAggregate carries its state on from one group to the next.
        raw.sqlite3_create_function(connection.Handle, "p", 2, null, Percentile.Step, Percentile.Final);
    }

    private static DateTimeOffset Time(string text, DateTimeOffset now) => text == "now"
        ? now
        : RequestParser.TimeOf(text, wholeDay: false) ?? throw new FormatException($"ns(text): '{text}' is neither a day, a time nor 'now'.");

    private static long TraceHigh(string id) => id.Length == 32 && long.TryParse(id.AsSpan(0, 16), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var high)
        ? high
        : throw new FormatException($"trace_hi(id): '{id}' is not a trace id of 32 hexadecimal digits.");

    private static string? Attributes(string? keys, string? values)
    {
        if (keys is null || values is null)
        {
            return null;
        }

        using var names = JsonDocument.Parse(keys);
        using var contents = JsonDocument.Parse(values);
        var json = new StringBuilder("{");
        foreach (var (name, value) in names.RootElement.EnumerateArray().Zip(contents.RootElement.EnumerateArray()))
        {
            json.Append(json.Length > 1 ? "," : "").Append(name.GetRawText()).Append(':').Append(value.GetRawText());
        }

        return json.Append('}').ToString();
    }
}

/// <summary>A percentile over the rollup histograms of a group.</summary>
internal sealed class Percentile
{
    private readonly LogHistogram _histogram = new();
    private readonly double _percent;

    public Percentile(double percent) => _percent = percent is > 0 and <= 100
        ? percent
        : throw new FormatException($"p(durations, percent): percent has to be above 0 and at most 100, not {percent}.");

    /// <summary>Null when nothing was measured.</summary>
    public double? Milliseconds => _histogram.Count > 0 ? _histogram.Quantile(_percent / 100) / 1e6 : null;

    public static void Step(sqlite3_context context, object data, sqlite3_value[] arguments)
    {
        try
        {
            var percentile = context.state as Percentile ?? new Percentile(raw.sqlite3_value_double(arguments[1]));
            context.state = percentile;
            percentile._histogram.MergeBytes(raw.sqlite3_value_blob(arguments[0]));
        }
        catch (FormatException exception)
        {
            raw.sqlite3_result_error(context, utf8z.FromString(exception.Message));
        }
    }

    public static void Final(sqlite3_context context, object data)
    {
        if ((context.state as Percentile)?.Milliseconds is { } milliseconds)
        {
            raw.sqlite3_result_double(context, milliseconds);
        }
        else
        {
            raw.sqlite3_result_null(context);
        }
    }
}
