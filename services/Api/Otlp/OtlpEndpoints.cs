using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Orion.Redaction;
using Orion.Sink;
using Orion.Sink.Otlp;
using Orion.Telemetry.Metrics;

namespace OrionPlatform.Api;

/// <summary>
/// Telemetry of services that have no sink beside them, by OTLP over HTTP. Its own requests are untraced: telemetry
/// about telemetry would feed itself.
/// </summary>
internal static class OtlpEndpoints
{
    private static readonly Counter<long> s_claims =
        Measures.Meter.CreateCounter<long>("orion.otlp.claims_refused", "{claim}",
            "What senders claimed to be that their key does not allow");

    private static readonly Counter<long> s_rejected =
        Measures.Meter.CreateCounter<long>("orion.otlp.rejected", "{record}",
            "Records of OTLP requests that are not stored, which their senders were told");

    private static readonly Counter<long> s_altered =
        Measures.Meter.CreateCounter<long>("orion.otlp.altered", "{value}",
            "Values of OTLP requests that were cut or left out, and times that were set right, which their senders were told");

    internal static void AddOtlpIngest(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services => new OtlpIngest(services.GetRequiredService<TimeProvider>())
        {
            MaxText = services.GetRequiredService<IOptions<SanitizeOptions>>().Value.MaxLength,
            RawDays = services.GetRequiredService<IOptions<TelemetrySinkOptions>>().Value.RawDays,
        });
        builder.Services.AddSingleton<IngestKeys>();
        builder.Services.AddOptions<IngestKeyOptions>().BindConfiguration(IngestKeyOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
    }

    internal static void MapOtlpIngest(this IEndpointRouteBuilder app)
    {
        // It listens from the start, not from the first request: totals that began in between are all new.
        app.ServiceProvider.GetRequiredService<OtlpIngest>();
        var group = app.MapGroup("/otlp/v1")
            .WithMetadata(new SurfaceAttribute("otlp"), new UntracedAttribute(), new BodyLimit(OtlpIngest.MaxBodyBytes))
            .RequireAuthorization(ApiPolicies.Otlp);
        Map(group, "traces", OtlpSignal.Traces);
        Map(group, "logs", OtlpSignal.Logs);
        Map(group, "metrics", OtlpSignal.Metrics);
    }

    private static void Map(RouteGroupBuilder group, string path, OtlpSignal signal) =>
        group.MapPost(path, async (HttpContext http, OtlpIngest ingest, TelemetryWriter telemetry) =>
    {
        var request = http.Request;
        var encoding = request.Headers.ContentEncoding.Count == 0 ? null : request.Headers.ContentEncoding.ToString();
        var sender = (OtlpSender)http.Items[typeof(OtlpSender)]!;
        var (answer, rows) = await ingest.ReadAsync(signal, sender, request.ContentType, encoding, request.Body, http.RequestAborted);
        telemetry.Record(rows);
        if (rows.Claims > 0)
        {
            s_claims.Add(rows.Claims, new KeyValuePair<string, object?>("sender", sender.Name));
        }

        Count(s_rejected, rows.Result.Rejected, path);
        Count(s_altered, rows.Result.Altered, path);
        await OtlpRefusals.WriteAsync(http, answer);
    });

    private static void Count(Counter<long> counter, int records, string signal)
    {
        if (records > 0)
        {
            counter.Add(records, new KeyValuePair<string, object?>("signal", signal));
        }
    }
}
