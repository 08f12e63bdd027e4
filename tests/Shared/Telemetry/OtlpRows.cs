using OrionPlatform.Sink;

namespace OrionPlatform.Tests;

/// <summary>Stores what came by OTLP as it came, for tests that are not about redaction.</summary>
internal static class OtlpRows
{
    public static OtlpResult Accept(this TelemetrySink sink, OtlpIngest ingest, OtlpSignal signal, OtlpEncoding encoding, ReadOnlyMemory<byte> body)
    {
        var rows = ingest.Read(signal, encoding, body);
        sink.Record(rows);
        return rows.Result;
    }

    public static void Record(this TelemetrySink sink, OtlpRowBatch rows)
    {
        foreach (var span in rows.Spans)
        {
            sink.Record(span);
        }

        foreach (var log in rows.Logs)
        {
            sink.Record(log);
        }

        foreach (var point in rows.Points)
        {
            sink.Metrics.TryRecord(point);
        }
    }
}
