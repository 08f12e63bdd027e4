namespace Orion.Sink.Otlp;

/// <summary><c>ExportTraceServiceRequest</c> from protobuf.</summary>
internal static class OtlpProtoTraces
{
    public static void Read(ReadOnlySpan<byte> body, OtlpReport report, Action<OtlpSource, OtlpSpan> found) =>
        OtlpProto.Records(body, report, (source, record) => found(source, Span(record)));

    private static OtlpSpan Span(ProtobufReader message)
    {
        var span = new OtlpSpan();
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    span.TraceId = message.Bytes().ToArray();
                    break;
                case 2:
                    span.SpanId = message.Bytes().ToArray();
                    break;
                case 3:
                    span.TraceState = message.Text();
                    break;
                case 4:
                    span.ParentSpanId = message.Bytes().ToArray();
                    break;
                case 5:
                    span.Name = message.Text();
                    break;
                case 6:
                    span.Kind = (int)message.Varint();
                    break;
                case 7:
                    span.Start = message.Fixed64();
                    break;
                case 8:
                    span.End = message.Fixed64();
                    break;
                case 9:
                    OtlpProto.KeyValue(message.Message(), span.Attributes);
                    break;
                case 10:
                    span.Attributes.LeftOut((uint)message.Varint());
                    break;
                case 11:
                    Event(message.Message(), span);
                    break;
                case 12:
                    span.DroppedEvents = Sum(span.DroppedEvents, message.Varint());
                    break;
                case 13:
                    Link(message.Message(), span);
                    break;
                case 14:
                    span.DroppedLinks = Sum(span.DroppedLinks, message.Varint());
                    break;
                case 16:
                    span.Flags = message.Fixed32();
                    break;
                case 15:
                    Status(message.Message(), span);
                    break;
            }
        }

        return span;
    }

    private static int Sum(int here, ulong sender) => (int)Math.Min(int.MaxValue, here + (long)(uint)sender);

    private static void Event(ProtobufReader message, OtlpSpan span)
    {
        if (span.Events.Count >= OtlpLimits.Events)
        {
            (span.CutEvents, span.DroppedEvents) = (span.CutEvents + 1, Sum(span.DroppedEvents, 1));
            return;
        }

        var (time, name, attributes) = (0UL, "", new OtlpAttributes());
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    time = message.Fixed64();
                    break;
                case 2:
                    name = message.Text();
                    break;
                case 3:
                    OtlpProto.KeyValue(message.Message(), attributes);
                    break;
                case 4:
                    attributes.LeftOut((uint)message.Varint());
                    break;
            }
        }

        span.Events.Add((time, name, attributes));
    }

    private static void Link(ProtobufReader message, OtlpSpan span)
    {
        if (span.Links.Count >= OtlpLimits.Links)
        {
            (span.CutLinks, span.DroppedLinks) = (span.CutLinks + 1, Sum(span.DroppedLinks, 1));
            return;
        }

        var link = new OtlpLink();
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    link.TraceId = message.Bytes().ToArray();
                    break;
                case 2:
                    link.SpanId = message.Bytes().ToArray();
                    break;
                case 3:
                    link.TraceState = message.Text();
                    break;
                case 4:
                    OtlpProto.KeyValue(message.Message(), link.Attributes);
                    break;
                case 5:
                    link.Attributes.LeftOut((uint)message.Varint());
                    break;
            }
        }

        span.Links.Add(link);
    }

    private static void Status(ProtobufReader message, OtlpSpan span)
    {
        while (message.Next())
        {
            switch (message.Field)
            {
                case 2:
                    span.StatusMessage = message.Text();
                    break;
                case 3:
                    span.StatusCode = (int)message.Varint();
                    break;
            }
        }
    }
}
