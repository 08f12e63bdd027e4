namespace OrionPlatform.Sink;

/// <summary><c>ExportMetricsServiceRequest</c> from protobuf.</summary>
internal static class OtlpProtoMetrics
{
    private delegate void Field(ref ProtoReader message);

    public static void Read(ReadOnlySpan<byte> body, Action<OtlpMetric, OtlpPoint> found) =>
        Each(new ProtoReader(body), 1, (ref resource) => Resource(resource, found));

    private static void Resource(ProtoReader resource, Action<OtlpMetric, OtlpPoint> found)
    {
        var about = new OtlpAttributes();
        Each(resource, 1, (ref r) => Each(r, 1, (ref pair) => OtlpProto.KeyValue(pair, about)));
        var (service, instance) = (about.Text("service.name"), about.Text("service.instance.id"));
        Each(resource, 2, (ref scope) => Each(scope, 2, (ref message) => Metric(message, new OtlpMetric { Service = service, Instance = instance }, found)));
    }

    private static void Metric(ProtoReader message, OtlpMetric metric, Action<OtlpMetric, OtlpPoint> found)
    {
        // Its name may come behind its data.
        for (var first = message; first.Next();)
        {
            switch (first.Field)
            {
                case 1:
                    metric.Name = first.Text();
                    break;
                case 2:
                    metric.Description = first.Text();
                    break;
                case 3:
                    metric.Unit = first.Text();
                    break;
                default:
                    first.Skip();
                    break;
            }
        }

        Data(5, OtlpData.Gauge, message, metric, found);
        Data(7, OtlpData.Sum, message, metric, found);
        Data(9, OtlpData.Histogram, message, metric, found);
        Data(10, OtlpData.Other, message, metric, found);
        Data(11, OtlpData.Other, message, metric, found);
    }

    private static void Data(int field, OtlpData kind, ProtoReader message, OtlpMetric metric, Action<OtlpMetric, OtlpPoint> found) => Each(message, field, (ref data) =>
    {
        var (temporality, monotonic) = (0, false);
        for (var first = data; first.Next();)
        {
            switch (first.Field)
            {
                case 2 when kind is OtlpData.Sum or OtlpData.Histogram:
                    temporality = (int)first.Varint();
                    break;
                case 3 when kind == OtlpData.Sum:
                    monotonic = first.Varint() != 0;
                    break;
                default:
                    first.Skip();
                    break;
            }
        }

        Each(data, 1, (ref message) =>
        {
            var point = new OtlpPoint { Data = kind, Temporality = temporality, Monotonic = monotonic };
            if (kind == OtlpData.Histogram)
            {
                Histogram(message, point);
            }
            else if (kind != OtlpData.Other)
            {
                Number(message, point);
            }

            found(metric, point);
        });
    });

    private static void Number(ProtoReader message, OtlpPoint point)
    {
        while (message.Next())
        {
            switch (message.Field)
            {
                case 2:
                    point.Start = message.Fixed64();
                    break;
                case 3:
                    point.Time = message.Fixed64();
                    break;
                case 4:
                    point.Value = message.Double();
                    break;
                case 6:
                    point.Value = (long)message.Fixed64();
                    break;
                case 7:
                    OtlpProto.KeyValue(message.Message(), point.Attributes);
                    break;
                case 8:
                    point.Missing = (message.Varint() & 1) != 0;
                    break;
                default:
                    message.Skip();
                    break;
            }
        }
    }

    private static void Histogram(ProtoReader message, OtlpPoint point)
    {
        while (message.Next())
        {
            switch (message.Field)
            {
                case 2:
                    point.Start = message.Fixed64();
                    break;
                case 3:
                    point.Time = message.Fixed64();
                    break;
                case 4:
                    point.Count = message.Fixed64();
                    break;
                case 5:
                    point.Value = message.Double();
                    break;
                case 6:
                    Repeated(ref message, point.Buckets);
                    break;
                case 7:
                    var bounds = new List<ulong>();
                    Repeated(ref message, bounds);
                    point.Bounds.AddRange(bounds.Select(BitConverter.UInt64BitsToDouble));
                    break;
                case 9:
                    OtlpProto.KeyValue(message.Message(), point.Attributes);
                    break;
                case 10:
                    point.Missing = (message.Varint() & 1) != 0;
                    break;
                case 11:
                    point.Min = message.Double();
                    break;
                case 12:
                    point.Max = message.Double();
                    break;
                default:
                    message.Skip();
                    break;
            }
        }
    }

    /// <summary>Eight-byte numbers, packed or one by one.</summary>
    private static void Repeated(ref ProtoReader message, List<ulong> into)
    {
        if (message.Wire == 1)
        {
            into.Add(message.Fixed64());
            return;
        }

        for (var packed = message.Message(); !packed.AtEnd;)
        {
            into.Add(packed.PackedFixed64());
        }
    }

    private static void Each(ProtoReader message, int field, Field found)
    {
        while (message.Next())
        {
            if (message.Field == field)
            {
                var inner = message.Message();
                found(ref inner);
            }
            else
            {
                message.Skip();
            }
        }
    }
}
