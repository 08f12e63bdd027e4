using System.Diagnostics.Metrics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace OrionPlatform.ServiceDefaults.Tests;

public sealed class WireGateTests
{
    private static readonly WireGate s_gate = new(new Sanitizer(new SanitizeOptions(), Detectors.All));
    private static readonly Histogram<double> s_sizes = Measures.Meter.CreateHistogram<double>("orion.wire.sizes");

    [Fact]
    public async Task A_clean_export_goes_through_byte_for_byte()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/things/{id}", (string id, ILogger<WireGateTests> logger) =>
            {
                using (var span = Spans.Start("api.things.load"))
                {
                    span!.SetTag("text", "naïve").SetTag("yes", true).SetTag("number", -7L).SetTag("double", 0.5).SetTag("list", (long[])[1, 2, 3]).SetTag("raw", (byte[])[0, 255, 128]);
                    span.Fail("internal", new InvalidOperationException("It broke."));
                }

                s_sizes.Record(12.5, new KeyValuePair<string, object?>("kind", "a"));
                logger.LogWarning("thing {Id} of {Count}", id, 12);
            }),
            settings: [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_METRICS_EXEMPLAR_FILTER", "always_on")]))
        {
            await app.Client.GetStringAsync("/v1/things/7");
        }

        foreach (var export in collector.Exports)
        {
            var shape = export.Path switch { "/v1/traces" => WireShape.Traces, "/v1/metrics" => WireShape.Metrics, _ => WireShape.Logs };
            Assert.Equal(export.Body, s_gate.Clean(export.Body, shape).Body.ToArray());
        }

        Assert.Equal(3, collector.Exports.Select(e => e.Path).Distinct().Count());
        Assert.Contains("It broke.", collector.All("/v1/traces"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, "for [REDACTED]")]
    [InlineData(17, null)]
    public void A_text_is_cleaned_where_it_is_known_and_held_back_where_not(int field, string? expected)
    {
        var clean = s_gate.Clean(Message(1, Message(2, Message(2, Message(field, "for ann@example.com"u8)))), WireShape.Traces).Body.ToArray();

        Assert.Equal(Message(1, Message(2, Message(2, expected is null ? [] : Message(field, Encoding.UTF8.GetBytes(expected))))), clean);
    }

    [Fact]
    public void Lists_maps_and_bytes_are_cleaned_at_any_depth_and_what_lies_deeper_goes_as_a_whole()
    {
        var deep = Message(1, "ann@example.com"u8);
        for (var i = 0; i < 40; i++)
        {
            deep = i % 2 == 0 ? Message(5, Message(1, deep)) : Message(6, Message(1, [.. Message(1, "inner"u8), .. Message(2, deep)]));
        }

        byte[] log = [.. Message(5, Message(7, "ann@example.com"u8)), .. Message(6, [.. Message(1, "deep"u8), .. Message(2, deep)])];

        var text = Encoding.Latin1.GetString(s_gate.Clean(Message(1, Message(2, Message(2, log))), WireShape.Logs).Body.Span);

        Assert.DoesNotContain("ann@", text, StringComparison.Ordinal);
        Assert.Equal(3, text.Split("[REDACTED]").Length);
    }

    [Fact]
    public void Anything_else_is_not_let_through() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            try
            {
                var clean = s_gate.Clean(bytes, WireShape.Traces).Body;
                return s_gate.Clean(clean.Span, WireShape.Traces).Body.Span.SequenceEqual(clean.Span);
            }
            catch (InvalidDataException)
            {
                return true;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    private static byte[] Message(int field, ReadOnlySpan<byte> content)
    {
        var to = new WireBuffer(16);
        to.Bytes(field, content);
        return to.Written.ToArray();
    }
}
