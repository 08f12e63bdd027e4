using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Orion.Sink.Metrics;
using Orion.Sink.Rows;

namespace Orion.Cli.Querying;

/// <summary>Functions that statements may use beside SQLite's own; docs/telemetry.md describes them.</summary>
internal static class SqlFunctions
{
    public static void Register(SqliteConnection connection, DateTimeOffset now)
    {
        connection.CreateFunction<long?, string?>(
            "iso", nanos => nanos is { } n ? UnixTime.Time(n).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'") : null, isDeterministic: true);
        connection.CreateFunction<string?, long?>(
            "ns", text => text is null ? null : UnixTime.Nanos(Time(text, now)), isDeterministic: true);
        connection.CreateFunction<long?, string?>("hex_id", id => id is { } i ? i.ToString("x16") : null, isDeterministic: true);
        connection.CreateFunction<long?, long?, string?>(
            "hex_id", (high, low) => high is { } h && low is { } l ? $"{h:x16}{l:x16}" : null, isDeterministic: true);
        connection.CreateFunction<string?, long?>("trace_hi", id => id is null ? null : TraceHigh(id), isDeterministic: true);
        connection.CreateFunction<string?, string?, string?>("attributes", Attributes, isDeterministic: true);
        new PercentileFunction("p", "durations", unit: 1e6).Register(connection);
        new PercentileFunction("pv", "distribution", MetricDistribution.Scale).Register(connection);
    }

    private static DateTimeOffset Time(string text, DateTimeOffset now) => text == "now"
        ? now
        : OptionValues.TimeOf(text, wholeDay: false)
            ?? throw new FormatException($"ns(text): '{text}' is neither a day, a time nor 'now'.");

    private static long TraceHigh(string id) =>
        id.Length == 32 && long.TryParse(id.AsSpan(0, 16), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var high)
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
