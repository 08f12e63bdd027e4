using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using Orion.Sink.Loss;

namespace Orion.Telemetry.Otlp;

/// <summary>
/// Sends traces, metrics and logs to OTLP endpoints, where there are any, by OpenTelemetry's exporters, which write to
/// <see cref="CleanExport"/>. Those of spans and log records stand behind the platform's own processors, and get clean ones.
/// </summary>
internal sealed class OtlpSetup
{
    private readonly IConfiguration _configuration;
    private readonly ExportAccounts _accounts;
    private readonly List<(OtlpTarget Target, ExportCount? Count)> _traces;
    private readonly List<(OtlpTarget Target, ExportCount? Count)> _logs;
    private readonly List<(OtlpTarget Target, ExportCount? Count)> _metrics;

    public OtlpSetup(IConfiguration configuration, ExportAccounts accounts)
    {
        (_configuration, _accounts) = (configuration, accounts);
        _traces = Targets("traces", ExportAccount.Spans, "BSP");
        _logs = Targets("logs", ExportAccount.Logs, "BLRP");
        _metrics = Targets("metrics", null, "");
        if (Environment.GetEnvironmentVariable(OtlpTarget.RetryKey) != configuration[OtlpTarget.RetryKey]
            && configuration[OtlpTarget.RetryKey] is { Length: > 0 })
        {
            throw new InvalidOperationException(
                $"{OtlpTarget.RetryKey} must be set in the process's environment: OpenTelemetry reads it there only.");
        }

        if (string.Equals(configuration[OtlpTarget.RetryKey], "disk", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException(
                $"{OtlpTarget.RetryKey} must not be \"disk\": it keeps exports in files before they are redacted. Use \"in_memory\".");
        }
    }

    /// <summary>Whether spans leave the process.</summary>
    public bool ExportsTraces => _traces.Count > 0;

    /// <summary>Whether log records leave the process.</summary>
    public bool ExportsLogs => _logs.Count > 0;

    /// <summary>Whether metrics leave the process.</summary>
    public bool ExportsMetrics => _metrics.Count > 0;

    /// <summary>The exports of spans, one a target.</summary>
    public IEnumerable<BaseProcessor<System.Diagnostics.Activity>> Spans(WireRedactor redactor)
    {
        foreach (var (target, count) in _traces)
        {
            if (count is not null)
            {
                yield return new ProducedSpans(count);
            }

            yield return new BatchActivityExportProcessor(
                new OtlpTraceExporter(Options(target, redactor, count)),
                Setting("BSP", "MAX_QUEUE_SIZE", 2048), Setting("BSP", "SCHEDULE_DELAY", 5000),
                Setting("BSP", "EXPORT_TIMEOUT", 30_000), Setting("BSP", "MAX_EXPORT_BATCH_SIZE", 512));
        }
    }

    /// <summary>The exports of log records, one a target.</summary>
    public IEnumerable<BaseProcessor<LogRecord>> Logs(WireRedactor redactor)
    {
        foreach (var (target, count) in _logs)
        {
            if (count is not null)
            {
                yield return new ProducedLogs(count);
            }

            yield return new BatchLogRecordExportProcessor(
                new OtlpLogExporter(Options(target, redactor, count)),
                Setting("BLRP", "MAX_QUEUE_SIZE", 2048), Setting("BLRP", "SCHEDULE_DELAY", 5000),
                Setting("BLRP", "EXPORT_TIMEOUT", 30_000), Setting("BLRP", "MAX_EXPORT_BATCH_SIZE", 512));
        }
    }

    /// <summary>Adds the exports of metrics, each with a reader of its own.</summary>
    public void AddMetrics(IServiceCollection services, MeterProviderBuilder metrics)
    {
        for (var i = 0; i < _metrics.Count; i++)
        {
            var (name, target) = ($"orion-metrics-{i}", _metrics[i].Target);
            services.AddOptions<OtlpExporterOptions>(name)
                .Configure<WireRedactor>((options, redactor) => target.Put(options, redactor, _accounts, null));
            metrics.AddOtlpExporter(name, configure: null);
        }
    }

    private OtlpExporterOptions Options(OtlpTarget target, WireRedactor redactor, ExportCount? count)
    {
        var options = new OtlpExporterOptions();
        target.Put(options, redactor, _accounts, count);
        return options;
    }

    /// <summary>
    /// The loss account is about what the platform gets to see, so it counts the first target, its own ingest where there is one.
    /// </summary>
    private List<(OtlpTarget Target, ExportCount? Count)> Targets(string signal, string? stream, string processor) =>
    [
        .. OtlpTarget.Of(signal, _configuration).Select((target, i) => (target, i > 0 || stream is null ? null
            : _accounts.Open(stream, Setting(processor, "MAX_QUEUE_SIZE", 2048) + Setting(processor, "MAX_EXPORT_BATCH_SIZE", 512))))
    ];

    /// <summary>A setting of the specification's batch processors.</summary>
    private int Setting(string processor, string name, int unset) =>
        int.TryParse(_configuration[$"OTEL_{processor}_{name}"], NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value > 0
                ? value
                : unset;

    private sealed class ProducedSpans(ExportCount count) : BaseProcessor<System.Diagnostics.Activity>
    {
        public override void OnEnd(System.Diagnostics.Activity data)
        {
            if (data.Recorded)
            {
                count.Produced();
            }
        }
    }

    private sealed class ProducedLogs(ExportCount count) : BaseProcessor<LogRecord>
    {
        public override void OnEnd(LogRecord data) => count.Produced();
    }
}
