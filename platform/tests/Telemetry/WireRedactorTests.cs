using System.Diagnostics.Metrics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orion.Redaction;
using Orion.Sink.Otlp;
using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Metrics;
using Orion.Telemetry.Otlp;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Tests;

public sealed class WireRedactorTests
{
    private static readonly WireRedactor s_redactor = new(new Sanitizer(new SanitizeOptions(), []));
    private static readonly Histogram<double> s_sizes = Measures.Meter.CreateHistogram<double>("orion.wire.sizes");

    [Fact]
    public async Task A_clean_export_goes_through_byte_for_byte()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/things/{id}", (string id, ILogger<WireRedactorTests> logger) =>
            {
                using (var span = Spans.Start("api.things.load"))
                {
                    span!.SetTag("text", "naïve").SetTag("yes", true).SetTag("number", -7L).SetTag("double", 0.5)
                        .SetTag("list", (long[])[1, 2, 3]).SetTag("raw", (byte[])[0, 255, 128]);
                    span.Fail("internal", new InvalidOperationException("It broke."));
                }

                s_sizes.Record(12.5, new KeyValuePair<string, object?>("kind", "a"));
                logger.LogWarning("thing {Id} of {Count}", id, 12);
            }),
            settings: [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
                ("OTEL_METRICS_EXEMPLAR_FILTER", "always_on")]))
        {
            await app.Client.GetStringAsync("/v1/things/7");
        }

        foreach (var export in collector.Exports)
        {
            var shape = export.Path switch { "/v1/traces" => WireShape.Traces, "/v1/metrics" => WireShape.Metrics, _ => WireShape.Logs };
            Assert.Equal(export.Body, s_redactor.Clean(export.Body, shape).Body.ToArray());
        }

        Assert.Equal(3, collector.Exports.Select(e => e.Path).Distinct().Count());
        Assert.Contains("It broke.", collector.All("/v1/traces"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_cleaned_is_not_exported_a_log_from_within_a_log_nor_a_span_that_outlives_its_untraced_request()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var app = await TestApp.StartAsync(
            a =>
            {
                a.MapGet("/v1/things", (ILogger<WireRedactorTests> logger) => logger.LogWarning("thing {Thing}", new Chatty(logger)));
                a.MapGet("/v1/quiet", () => "x").WithMetadata(new UntracedAttribute());
            },
            configure: builder => builder.Services.AddTransient<Microsoft.AspNetCore.Hosting.IStartupFilter, Wrapping>(),
            settings: [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")]))
        {
            await app.Client.GetStringAsync("/v1/things");
            await app.Client.GetStringAsync("/v1/quiet");
            await app.TraceAsync("/v1/things");
        }

        Assert.Contains("/v1/things", collector.All("/v1/traces"), StringComparison.Ordinal);
        Assert.Contains("thing ", collector.All("/v1/logs"), StringComparison.Ordinal);
        Assert.DoesNotContain("canary", Encoding.Latin1.GetString(collector.Bytes), StringComparison.Ordinal);
    }

    /// <summary>Its text is made while a record is, and logs.</summary>
    private sealed class Chatty(ILogger logger)
    {
        public override string ToString()
        {
            logger.LogWarning("from within canary-log@example.com");
            return "x";
        }
    }

    /// <summary>A span around the endpoint, and so around finding out that it is untraced.</summary>
    private sealed class Wrapping : Microsoft.AspNetCore.Hosting.IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (http, pipeline) =>
            {
                using var span = Spans.Start("wrapping");
                span?.SetTag("note", "canary-span@example.com");
                await pipeline(http);
            });
            next(app);
        };
    }

    [Theory]
    [InlineData(2, "for [REDACTED]")]
    [InlineData(17, null)]
    public void A_text_is_cleaned_where_it_is_known_and_held_back_where_not(int field, string? expected)
    {
        var clean = s_redactor.Clean(Event(Message(field, "for ann@example.com"u8)), WireShape.Traces).Body.ToArray();

        Assert.Equal(Event(expected is null ? [] : Message(field, Encoding.UTF8.GetBytes(expected))), clean);
    }

    [Fact]
    public void Lists_maps_and_bytes_are_cleaned_at_any_depth_and_what_lies_deeper_goes_as_a_whole()
    {
        var deep = Message(1, "ann@example.com"u8);
        for (var i = 0; i < 40; i++)
        {
            deep = i % 2 == 0 ? Message(5, Message(1, deep)) : Message(6, Message(1, [.. Message(1, "inner"u8), .. Message(2, deep)]));
        }

        byte[] attributes =
        [
            .. Message(3, [.. Message(1, "raw"u8), .. Message(2, Message(7, "ann@example.com"u8))]),
            .. Message(3, [.. Message(1, "deep"u8), .. Message(2, deep)]),
        ];

        var text = Encoding.Latin1.GetString(s_redactor.Clean(Event(attributes), WireShape.Traces).Body.Span);

        Assert.DoesNotContain("ann@", text, StringComparison.Ordinal);
        Assert.Equal(3, text.Split("[REDACTED]").Length);
    }

    [Fact]
    public void Anything_else_is_not_let_through() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            try
            {
                var clean = s_redactor.Clean(bytes, WireShape.Traces).Body;
                return s_redactor.Clean(clean.Span, WireShape.Traces).Body.Span.SequenceEqual(clean.Span);
            }
            catch (OtlpFormatException)
            {
                return true;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    /// <summary>An export of one span with one event.</summary>
    private static byte[] Event(byte[] content) => Message(1, Message(2, Message(2, Message(11, content))));

    private static byte[] Message(int field, ReadOnlySpan<byte> content)
    {
        var to = new WireBuffer(16);
        to.Bytes(field, content);
        return to.Written.ToArray();
    }
}
