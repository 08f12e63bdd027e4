using System.Globalization;
using System.Text;
using System.Xml;
using Orion.Sink.Rows;

namespace Orion.Telemetry.Waterfalls;

/// <summary>
/// A waterfall as one SVG file that needs nothing else: for an incident report, a ticket, a chat. No script, no style sheet, no address in
/// it; text is escaped, and what XML cannot hold is replaced.
/// </summary>
public static class WaterfallSvg
{
    private const int Names = 380;
    private const int Axis = 780;
    private const int Head = 34;
    private const int Row = 22;
    private const int MaxName = 52;

    private static readonly string[] s_colors = ["#3b6fd4", "#1f8a70", "#b4690e", "#8a4fbf", "#0f7f9c", "#a83a6b", "#5d7a1f", "#6b5b4b"];

    /// <summary>Draws it, 1,160 units wide and 22 high for each span.</summary>
    public static string Write(Waterfall waterfall)
    {
        ArgumentNullException.ThrowIfNull(waterfall);
        var text = new StringBuilder();
        using (var svg = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, Indent = true }))
        {
            var height = Head + (waterfall.Bars.Count * Row) + 10;
            Open(svg, "svg", ("viewBox", $"0 0 {Names + Axis} {height}"), ("width", $"{Names + Axis}"), ("height", $"{height}"),
                ("font-family", "system-ui, sans-serif"), ("font-size", "12"), ("fill", "#1c2430"));
            svg.WriteElementString("title", Namespace,
                $"{waterfall.Bars.Count} spans from {waterfall.Start:yyyy-MM-dd HH:mm:ss.fff} UTC, "
                + $"{Duration(waterfall.Length.TotalMilliseconds)}");
            Element(svg, "rect", ("width", "100%"), ("height", "100%"), ("fill", "#ffffff"));
            foreach (var (left, milliseconds) in waterfall.Ticks())
            {
                Element(svg, "line", ("x1", X(left)), ("x2", X(left)), ("y1", $"{Head - 6}"), ("y2", $"{height - 6}"),
                    ("stroke", "#d9dee5"));
                Text(svg, X(left), 18, Duration(milliseconds), ("fill", "#5b6675"));
            }

            for (var i = 0; i < waterfall.Bars.Count; i++)
            {
                Bar(svg, waterfall, i);
            }

            svg.WriteEndElement();
        }

        return text.ToString();
    }

    private const string Namespace = "http://www.w3.org/2000/svg";

    private static void Bar(XmlWriter svg, Waterfall waterfall, int index)
    {
        var bar = waterfall.Bars[index];
        var failed = bar.Span.Status == SpanStatus.Error;
        Open(svg, "g");
        var failure = failed ? $", failed: {bar.Span.StatusMessage ?? bar.Span.ErrorType ?? "error"}" : "";
        var times = $"at {Duration(bar.Offset.TotalMilliseconds)}, took {Duration(bar.Span.DurationNanos / 1e6)}";
        svg.WriteElementString("title", Namespace, Clean($"{bar.Span.Name}, {bar.Span.Service}: {times}{failure}"));
        var name = Clean(bar.Span.Name);
        Text(svg, $"{8 + (Math.Min(bar.Depth, 12) * 12)}", Y(index, 15), name.Length > MaxName ? name[..MaxName] + "…" : name,
            ("fill", failed ? "#b3261e" : "#1c2430"));
        Element(svg, "rect", ("x", X(bar.Left)), ("y", $"{Y(index, 6)}"), ("width", Number(Math.Max(1, bar.Width * Axis * 0.9))),
            ("height", "10"), ("rx", "2"), ("fill", failed ? "#b3261e" : s_colors[waterfall.Color(bar.Span.Service)]));
        if (bar.Cause is { } cause)
        {
            // From the cause's row down (or up) to where this one began: related, not owned.
            Element(svg, "path", ("d", $"M {X(bar.Left)} {Y(cause, 11)} V {Y(index, 6)}"), ("fill", "none"), ("stroke", "#5b6675"),
                ("stroke-dasharray", "3 3"));
        }

        svg.WriteEndElement();
    }

    private static void Text(XmlWriter svg, string x, int y, string text, (string Name, string Value) fill)
    {
        Open(svg, "text", ("x", x), ("y", $"{y}"), fill);
        svg.WriteString(text);
        svg.WriteEndElement();
    }

    private static void Element(XmlWriter svg, string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Open(svg, name, attributes);
        svg.WriteEndElement();
    }

    private static void Open(XmlWriter svg, string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        svg.WriteStartElement(name, Namespace);
        foreach (var (key, value) in attributes)
        {
            svg.WriteAttributeString(key, value);
        }
    }

    // The last tenth of the axis is left for the label of its last mark.
    private static string X(double share) => Number(Names + (share * Axis * 0.9));

    private static int Y(int index, int within) => Head + (index * Row) + within;

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Duration(double milliseconds) => milliseconds >= 1000
        ? (milliseconds / 1000).ToString("0.###", CultureInfo.InvariantCulture) + " s"
        : milliseconds.ToString("0.###", CultureInfo.InvariantCulture) + " ms";

    private static string Clean(string text) =>
        string.Concat(text.EnumerateRunes().Select(r => r.IsBmp && !XmlConvert.IsXmlChar((char)r.Value) ? "\uFFFD" : r.ToString()));
}
