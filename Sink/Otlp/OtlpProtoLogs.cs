namespace OrionPlatform.Sink;

/// <summary><c>ExportLogsServiceRequest</c> from protobuf.</summary>
internal static class OtlpProtoLogs
{
    public static void Read(ReadOnlySpan<byte> body, Action<string?, string, OtlpLog> found)
    {
        var request = new ProtoReader(body);
        while (request.Next())
        {
            if (request.Field == 1)
            {
                ResourceLogs(request.Message(), found);
            }
            else
            {
                request.Skip();
            }
        }
    }

    private static void ResourceLogs(ProtoReader resource, Action<string?, string, OtlpLog> found)
    {
        string? service = null;
        for (var first = resource; first.Next();)
        {
            if (first.Field == 1)
            {
                service = OtlpProto.ServiceName(first.Message());
            }
            else
            {
                first.Skip();
            }
        }

        while (resource.Next())
        {
            if (resource.Field == 2)
            {
                ScopeLogs(service, resource.Message(), found);
            }
            else
            {
                resource.Skip();
            }
        }
    }

    private static void ScopeLogs(string? service, ProtoReader scope, Action<string?, string, OtlpLog> found)
    {
        var name = "";
        for (var first = scope; first.Next();)
        {
            if (first.Field == 1)
            {
                name = OtlpProto.ScopeName(first.Message());
            }
            else
            {
                first.Skip();
            }
        }

        while (scope.Next())
        {
            if (scope.Field == 2)
            {
                found(service, name, Log(scope.Message()));
            }
            else
            {
                scope.Skip();
            }
        }
    }

    private static OtlpLog Log(ProtoReader message)
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
                case 5:
                    log.Body = OtlpProto.AnyValue(message.Message(), 0);
                    break;
                case 6:
                    OtlpProto.KeyValue(message.Message(), log.Attributes);
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
                default:
                    message.Skip();
                    break;
            }
        }

        return log;
    }
}
