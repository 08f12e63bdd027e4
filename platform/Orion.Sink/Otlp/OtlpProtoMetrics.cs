namespace Orion.Sink.Otlp;

/// <summary><c>ExportMetricsServiceRequest</c> from protobuf.</summary>
internal static class OtlpProtoMetrics
{
    public static void Read(ReadOnlySpan<byte> body, OtlpReport report, Action<OtlpMetric, OtlpPoint> found) =>
        OtlpProto.Records(body, report, (source, record) => Metric(record, new OtlpMetric { Source = source }, found));

    private static void Metric(ProtobufReader message, OtlpMetric metric, Action<OtlpMetric, OtlpPoint> found)
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
            }
        }

        Data(5, OtlpData.Gauge, message, metric, found);
        Data(7, OtlpData.Sum, message, metric, found);
        Data(9, OtlpData.Histogram, message, metric, found);
        Data(10, OtlpData.Exponential, message, metric, found);
        Data(11, OtlpData.Summary, message, metric, found);
    }

    private static void Data(int field, OtlpData kind, ProtobufReader message, OtlpMetric metric, Action<OtlpMetric,
        OtlpPoint> found) => OtlpProto.Each(message, field, (ref data) =>
    {
        var (temporality, monotonic) = (0, false);
        for (var first = data; first.Next();)
        {
            switch (first.Field)
            {
                case 2 when kind is OtlpData.Sum or OtlpData.Histogram or OtlpData.Exponential:
                    temporality = (int)first.Varint();
                    break;
                case 3 when kind == OtlpData.Sum:
                    monotonic = first.Varint() != 0;
                    break;
            }
        }

        OtlpProto.Each(data, 1, (ref message) =>
        {
            // Of the four kinds only a summary's sum cannot be left out: there, what is not written is 0.
            var point = new OtlpPoint
            {
                Data = kind,
                Temporality = temporality,
                Monotonic = monotonic,
                Value = kind == OtlpData.Summary ? 0 : null,
                Exponential = kind == OtlpData.Exponential ? new OtlpExponential() : null,
            };
            while (message.Next())
            {
                Read(message, point);
            }

            found(metric, point);
        });
    });

    /// <summary>Reads one field of a point, if it is one that is known. Points of different kinds number their fields
    /// differently.</summary>
    private static void Read(in ProtobufReader message, OtlpPoint point)
    {
        switch (point.Data, message.Field)
        {
            case (_, 2):
                point.Start = message.Fixed64();
                break;
            case (_, 3):
                point.Time = message.Fixed64();
                break;
            case (OtlpData.Gauge or OtlpData.Sum, 4):
                point.Value = message.Floating();
                break;
            case (OtlpData.Gauge or OtlpData.Sum, 6):
                point.Value = (long)message.Fixed64();
                break;
            case (OtlpData.Gauge or OtlpData.Sum or OtlpData.Summary, 7) or (OtlpData.Histogram, 9) or (OtlpData.Exponential, 1):
                OtlpProto.KeyValue(message.Message(), point.Attributes);
                break;
            case (OtlpData.Gauge or OtlpData.Sum or OtlpData.Summary, 8) or (OtlpData.Histogram or OtlpData.Exponential, 10):
                point.Missing = (message.Varint() & 1) != 0;
                break;
            case (OtlpData.Histogram or OtlpData.Exponential or OtlpData.Summary, 4):
                point.Count = message.Fixed64();
                break;
            case (OtlpData.Histogram or OtlpData.Exponential or OtlpData.Summary, 5):
                point.Value = message.Floating();
                break;
            case (OtlpData.Histogram, 6):
                Repeated(message, point.Buckets, packed: 1);
                break;
            case (OtlpData.Histogram, 7):
                var bounds = new List<ulong>();
                Repeated(message, bounds, packed: 1);
                point.Bounds.AddRange(bounds.Select(BitConverter.UInt64BitsToDouble));
                break;
            case (OtlpData.Histogram, 11) or (OtlpData.Exponential, 12):
                point.Min = message.Floating();
                break;
            case (OtlpData.Histogram, 12) or (OtlpData.Exponential, 13):
                point.Max = message.Floating();
                break;
            case (OtlpData.Exponential, _):
                Read(message, point.Exponential!);
                break;
            case (OtlpData.Summary, 6):
                point.Quantiles.Add(Quantile(message.Message()));
                break;
        }
    }

    private static void Read(in ProtobufReader message, OtlpExponential histogram)
    {
        switch (message.Field)
        {
            case 6:
                histogram.Scale = Zigzag(message.Varint());
                break;
            case 7:
                histogram.Zero = message.Fixed64();
                break;
            case 8:
                histogram.Positive = Buckets(message.Message());
                break;
            case 9:
                histogram.Negative = Buckets(message.Message());
                break;
            case 14:
                histogram.ZeroThreshold = message.Floating();
                break;
        }
    }

    private static OtlpBuckets Buckets(ProtobufReader side)
    {
        var (offset, counts) = (0, new List<ulong>());
        while (side.Next())
        {
            switch (side.Field)
            {
                case 1:
                    offset = Zigzag(side.Varint());
                    break;
                case 2:
                    Repeated(side, counts, packed: 0);
                    break;
            }
        }

        return new OtlpBuckets(offset, [.. counts]);
    }

    private static (double Quantile, double Value) Quantile(ProtobufReader message)
    {
        var (quantile, value) = (0.0, 0.0);
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    quantile = message.Floating();
                    break;
                case 2:
                    value = message.Floating();
                    break;
            }
        }

        return (quantile, value);
    }

    private static int Zigzag(ulong value) => (int)(value >> 1) ^ -(int)(value & 1);

    /// <summary>Numbers, packed or one by one, each of the wire type <paramref name="packed"/>: 0 varint, 1 eight bytes.</summary>
    private static void Repeated(in ProtobufReader message, List<ulong> into, int packed)
    {
        if (message.Wire == packed)
        {
            into.Add(packed == 0 ? message.Varint() : message.Fixed64());
            return;
        }

        for (var numbers = message.Message(); !numbers.AtEnd;)
        {
            into.Add(packed == 0 ? numbers.PackedVarint() : numbers.PackedFixed64());
        }
    }
}
