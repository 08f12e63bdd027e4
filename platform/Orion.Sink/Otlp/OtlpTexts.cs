using Orion.Sink.Rows;
using Orion.Sink.Segments;

namespace Orion.Sink.Otlp;

/// <summary>Counts texts that are longer than what is kept of one: redaction cuts them, since it is what must not see a part of a
/// secret.</summary>
internal static class OtlpTexts
{
    public static int Long(SpanRow row, int most) =>
        Long(row.Name, most) + Long(row.StatusMessage, most) + Long(row.Attributes, most) + row.Events.Sum(e =>
        Long(e.Name, most) + Long(e.Attributes, most));

    public static int Long(LogRow row, int most) =>
        Long(row.Message, most) + Long(row.Template, most) + Long(row.Exception, most) + Long(row.Attributes, most);

    private static int Long(KeyValuePair<string, object?>[] attributes, int most)
    {
        var count = 0;
        foreach (var (key, value) in attributes)
        {
            count += Long(key, most) + Long(value, Math.Min(most, ValueWriter.MaxText));
        }

        return count;
    }

    private static int Long(object? value, int most) => value switch
    {
        string text => text.Length > most ? 1 : 0,
        object?[] list => list.Sum(v => Long(v, most)),
        Dictionary<string, object?> map => map.Sum(p => Long(p.Key, most) + Long(p.Value, most)),
        _ => 0,
    };
}
