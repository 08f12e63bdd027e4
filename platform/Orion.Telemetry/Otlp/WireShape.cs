namespace Orion.Telemetry.Otlp;

/// <summary>What is done with a field of an OTLP message.</summary>
internal enum WireRule
{
    /// <summary>Not known, so it does not leave.</summary>
    Withhold,

    /// <summary>An id, a time, a number or a list of numbers: leaves as it is.</summary>
    Keep,

    /// <summary>A text.</summary>
    Text,

    /// <summary>A trace state: leaves when it is clean, else not at all; a redacted one would not be valid.</summary>
    State,

    /// <summary>A <c>KeyValue</c>.</summary>
    Attribute,

    /// <summary>A message with a shape of its own.</summary>
    Message,
}

/// <summary>The fields of one kind of OTLP message (opentelemetry-proto 1.x), by number, and what is done with each.</summary>
internal sealed class WireShape
{
    private const int MaxField = 16;

    private static readonly WireShape s_resource = Shape((1, WireRule.Attribute), (2, WireRule.Keep));
    private static readonly WireShape s_scope = Shape((1, WireRule.Text), (2, WireRule.Text), (3, WireRule.Attribute), (4, WireRule.Keep));
    private static readonly WireShape s_event = Shape((1, WireRule.Keep), (2, WireRule.Text), (3, WireRule.Attribute), (4, WireRule.Keep));
    private static readonly WireShape s_status = Shape((2, WireRule.Keep), (3, WireRule.Keep));

    private static readonly WireShape s_link =
        Shape((1, WireRule.Keep), (2, WireRule.Keep), (3, WireRule.State), (4, WireRule.Attribute), (5, WireRule.Keep), (6, WireRule.Keep));

    // Name, attributes and status are clean: the span's row has been through the redactor, and the span was given what came out.
    private static readonly WireShape s_span =
        Shape(
            (1, WireRule.Keep), (2, WireRule.Keep), (3, WireRule.State), (4, WireRule.Keep), (5, WireRule.Keep), (6, WireRule.Keep),
            (7, WireRule.Keep), (8, WireRule.Keep),
            (9, WireRule.Keep), (10, WireRule.Keep), (12, WireRule.Keep), (14, WireRule.Keep), (16, WireRule.Keep))
        .With((11, s_event), (13, s_link), (15, s_status)).AsRow();

    // So are a log record's body and attributes.
    private static readonly WireShape s_log = Shape(
        (1, WireRule.Keep), (2, WireRule.Keep), (3, WireRule.Keep), (5, WireRule.Keep), (6, WireRule.Keep), (7, WireRule.Keep),
        (8, WireRule.Keep), (9, WireRule.Keep),
        (10, WireRule.Keep), (11, WireRule.Keep), (12, WireRule.Text)).AsRow();

    private static readonly WireShape s_exemplar =
        Shape((2, WireRule.Keep), (3, WireRule.Keep), (4, WireRule.Keep), (5, WireRule.Keep), (6, WireRule.Keep), (7, WireRule.Attribute));

    private static readonly WireShape s_number =
        Shape((2, WireRule.Keep), (3, WireRule.Keep), (4, WireRule.Keep), (6, WireRule.Keep), (7, WireRule.Attribute), (8, WireRule.Keep))
        .With((5, s_exemplar)).AsSeries(7);

    private static readonly WireShape s_histogram =
        Shape(
            (2, WireRule.Keep), (3, WireRule.Keep), (4, WireRule.Keep), (5, WireRule.Keep), (6, WireRule.Keep), (7, WireRule.Keep),
            (9, WireRule.Attribute), (10, WireRule.Keep),
            (11, WireRule.Keep), (12, WireRule.Keep))
        .With((8, s_exemplar)).AsSeries(9);

    private static readonly WireShape s_exponential =
        Shape(
            (1, WireRule.Attribute), (2, WireRule.Keep), (3, WireRule.Keep), (4, WireRule.Keep), (5, WireRule.Keep), (6, WireRule.Keep),
            (7, WireRule.Keep), (8, WireRule.Keep),
            (9, WireRule.Keep), (10, WireRule.Keep), (12, WireRule.Keep), (13, WireRule.Keep), (14, WireRule.Keep))
        .With((11, s_exemplar)).AsSeries(1);

    private static readonly WireShape s_summary =
        Shape(
            (2, WireRule.Keep), (3, WireRule.Keep), (4, WireRule.Keep), (5, WireRule.Keep), (6, WireRule.Keep), (7, WireRule.Attribute),
            (8, WireRule.Keep)).AsSeries(7);

    private static readonly WireShape s_metric =
        Shape((1, WireRule.Text), (2, WireRule.Text), (3, WireRule.Text), (12, WireRule.Attribute))
        .With((5, Points(s_number)), (7, Points(s_number)), (9, Points(s_histogram)), (10, Points(s_exponential)), (11, Points(s_summary)));

    private readonly WireRule[] _rules = new WireRule[MaxField + 1];
    private readonly WireShape?[] _messages = new WireShape?[MaxField + 1];

    private WireShape()
    {
    }

    public static WireShape Traces { get; } = Request(s_span);

    public static WireShape Logs { get; } = Request(s_log);

    public static WireShape Metrics { get; } = Request(s_metric);

    /// <summary>
    /// Number of the field with the attributes that tell one series from another; 0 where the message is no point of a series.
    /// </summary>
    public int SeriesField { get; private set; }

    /// <summary>Whether such a message is one row of its signal: a span or a log record.</summary>
    public bool IsRow { get; private set; }

    public WireRule Of(int field) => field is > 0 and <= MaxField ? _rules[field] : WireRule.Withhold;

    public WireShape Message(int field) => _messages[field]!;

    private static WireShape Request(WireShape item) =>
        Shape().With((1, Shape((3, WireRule.Text)).With((1, s_resource), (2, Shape((3, WireRule.Text)).With((1, s_scope), (2, item))))));

    private static WireShape Points(WireShape point) => Shape((2, WireRule.Keep), (3, WireRule.Keep)).With((1, point));

    private static WireShape Shape(params ReadOnlySpan<(int Field, WireRule Rule)> fields)
    {
        var shape = new WireShape();
        foreach (var (field, rule) in fields)
        {
            shape._rules[field] = rule;
        }

        return shape;
    }

    private WireShape With(params ReadOnlySpan<(int Field, WireShape Message)> messages)
    {
        foreach (var (field, message) in messages)
        {
            (_rules[field], _messages[field]) = (WireRule.Message, message);
        }

        return this;
    }

    private WireShape AsRow()
    {
        IsRow = true;
        return this;
    }

    private WireShape AsSeries(int attributes)
    {
        SeriesField = attributes;
        return this;
    }
}
