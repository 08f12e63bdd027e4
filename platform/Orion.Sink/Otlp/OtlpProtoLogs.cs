namespace Orion.Sink.Otlp;

/// <summary><c>ExportLogsServiceRequest</c> from protobuf.</summary>
internal static class OtlpProtoLogs
{
    public static void Read(ReadOnlySpan<byte> body, OtlpReport report, Action<OtlpSource, OtlpLog> found) =>
        OtlpProto.Records(body, report, (source, record) => found(source, Log(record)));

    private static OtlpLog Log(ProtobufReader message)
    {
        var log = new OtlpLog();
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    log.Time = message.Fixed64();
                    break;
                case 2:
                    log.Severity = (int)message.Varint();
                    break;
                case 3:
                    log.SeverityText = message.Text();
                    break;
                case 5:
                    log.Body = OtlpProto.AnyValue(message.Message(), 0, log.Attributes);
                    break;
                case 6:
                    OtlpProto.KeyValue(message.Message(), log.Attributes);
                    break;
                case 7:
                    log.Attributes.LeftOut((uint)message.Varint());
                    break;
                case 9:
                    log.TraceId = message.Bytes().ToArray();
                    break;
                case 10:
                    log.SpanId = message.Bytes().ToArray();
                    break;
                case 11:
                    log.ObservedTime = message.Fixed64();
                    break;
                case 12:
                    log.EventName = message.Text();
                    break;
            }
        }

        return log;
    }
}
