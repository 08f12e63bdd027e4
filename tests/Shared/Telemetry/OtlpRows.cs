using Orion.Sink;
using Orion.Sink.Otlp;

namespace OrionPlatform.Tests;

/// <summary>Stores what came by OTLP as it came, for tests that are not about redaction.</summary>
internal static class OtlpRows
{
    public static OtlpResult Accept(this TelemetrySink sink, OtlpIngest ingest, OtlpSignal signal, OtlpEncoding encoding,
        ReadOnlyMemory<byte> body)
    {
        var rows = ingest.Read(signal, OtlpSender.Trusted, encoding, body);
        sink.Record(rows);
        return rows.Result;
    }

    public static OtlpRowBatch Read(this OtlpIngest ingest, OtlpSignal signal, OtlpEncoding encoding, ReadOnlyMemory<byte> body) =>
        ingest.Read(signal, OtlpSender.Trusted, encoding, body);

    public static Task<(OtlpAnswer Answer, OtlpRowBatch Rows)> ReadAsync(this OtlpIngest ingest, OtlpSignal signal, string? type,
        string? encoding, Stream body, CancellationToken cancellationToken = default) =>
        ingest.ReadAsync(signal, OtlpSender.Trusted, type, encoding, body, cancellationToken);

    public static void Record(this TelemetrySink sink, OtlpRowBatch rows)
    {
        foreach (var heard in rows.Heard)
        {
            sink.Record(heard);
        }

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
