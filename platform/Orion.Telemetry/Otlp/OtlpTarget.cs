using System.Globalization;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Exporter;

namespace Orion.Telemetry.Otlp;

/// <summary>
/// Where and how one signal is exported. By the standard variables, <c>OTEL_EXPORTER_OTLP_TRACES_ENDPOINT</c> before
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> and so on; and beside them to the platform's own ingest, <c>Orion:Otlp:Endpoint</c>, from a
/// process without a sink.
/// </summary>
internal sealed record OtlpTarget
{
    /// <summary>The base address of the platform's OTLP ingest, for example <c>http://localhost:5080/otlp</c>.</summary>
    public const string IngestKey = "Orion:Otlp:Endpoint";

    private const string IngestApiKey = "Orion:Otlp:ApiKey";

    /// <summary>The variable that makes the exporter send again what failed.</summary>
    public const string RetryKey = "OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY";

    private const string Prefix = "OTEL_EXPORTER_OTLP_";

    // An answer is a few bytes and a sentence; one that is larger is no answer, and the export counts as failed.
    private const int MaxAnswer = 1024 * 1024;

    /// <summary>Where exports go, the signal's path included.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Over gRPC rather than HTTP; the default, as in OpenTelemetry for .NET.</summary>
    public required bool Grpc { get; init; }

    /// <summary>With gzip.</summary>
    public required bool Compressed { get; init; }

    /// <summary>Headers of each export: <c>name=value,name=value</c>.</summary>
    public string? Headers { get; init; }

    /// <summary>Longest time of one export in milliseconds; the exporter's own default when null.</summary>
    public int? TimeoutMilliseconds { get; init; }

    /// <summary>Whether the exporter sends again what failed.</summary>
    public required bool Retries { get; init; }

    /// <summary>What the export's body is made of.</summary>
    public required WireShape Shape { get; init; }

    /// <summary>
    /// The targets of <c>traces</c>, <c>metrics</c> or <c>logs</c>, the platform's ingest first; none when that signal has no endpoint,
    /// or is switched off.
    /// </summary>
    /// <exception cref="InvalidOperationException">A setting is not valid; the message names it.</exception>
    public static IReadOnlyList<OtlpTarget> Of(string signal, IConfiguration configuration)
    {
        var own = signal.ToUpperInvariant() + "_";
        return string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase)
            || string.Equals(configuration[$"OTEL_{own}EXPORTER"], "none", StringComparison.OrdinalIgnoreCase)
            ? []
            : [.. new[] { Ingest(signal, configuration), Standard(signal, own, configuration) }.OfType<OtlpTarget>()];
    }

    private static OtlpTarget? Ingest(string signal, IConfiguration configuration) =>
        configuration[IngestKey] is not { Length: > 0 } endpoint ? null : new OtlpTarget
        {
            Endpoint = new Uri(Address(IngestKey, endpoint).AbsoluteUri.TrimEnd('/') + "/v1/" + signal),
            Grpc = false,
            Compressed = false,
            Headers = configuration[IngestApiKey] is { Length: > 0 } key ? "x-otlp-api-key=" + key : null,
            TimeoutMilliseconds = Timeout(signal.ToUpperInvariant() + "_", configuration),
            Retries = Retried(configuration),
            Shape = ShapeOf(signal),
        };

    private static OtlpTarget? Standard(string signal, string own, IConfiguration configuration)
    {
        if ((Read(own, "ENDPOINT", configuration) ?? Read("", "ENDPOINT", configuration)) is not var (endpointKey, endpoint))
        {
            return null;
        }

        var address = Address(endpointKey, endpoint);
        var grpc = Choice(own, "PROTOCOL", configuration, "grpc", "http/protobuf") is null or "grpc";
        return new OtlpTarget
        {
            Endpoint = grpc ? new Uri(address, GrpcFrame.Path(signal))
                : endpointKey.Contains(own, StringComparison.Ordinal) ? address
                : new Uri(address.AbsoluteUri.TrimEnd('/') + "/v1/" + signal),
            Grpc = grpc,
            Compressed = Choice(own, "COMPRESSION", configuration, "none", "gzip") == "gzip",
            Headers = (Read(own, "HEADERS", configuration) ?? Read("", "HEADERS", configuration))?.Value,
            TimeoutMilliseconds = Timeout(own, configuration),
            Retries = Retried(configuration),
            Shape = ShapeOf(signal),
        };
    }

    /// <summary>Makes the SDK's exporter send to this target through the redactor, and its rows be counted.</summary>
    public void Put(OtlpExporterOptions options, WireRedactor redactor, ExportAccounts accounts, ExportCount? count)
    {
        // Always HTTP to the SDK: the client below makes a gRPC call of it where one is wanted, since the SDK's own would go past the
        // redactor.
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
        options.Compression = OtlpExportCompression.None;
        options.Endpoint = Endpoint;
        options.Headers = Headers;
        options.TimeoutMilliseconds = TimeoutMilliseconds ?? options.TimeoutMilliseconds;
        var own = options.HttpClientFactory;
        options.HttpClientFactory = () =>
        {
            var client = own();
            client.MaxResponseContentBufferSize = MaxAnswer;
            return new HttpClient(new CleanExport(this, redactor, accounts, count, client)) { Timeout = client.Timeout };
        };
    }

    private static Uri Address(string key, string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https")
            ? address
            : throw new InvalidOperationException($"{key} must be an absolute http or https URL.");

    private static bool Retried(IConfiguration configuration) =>
        string.Equals(configuration[RetryKey], "in_memory", StringComparison.OrdinalIgnoreCase);

    private static WireShape ShapeOf(string signal) => signal switch
    {
        "traces" => WireShape.Traces,
        "metrics" => WireShape.Metrics,
        _ => WireShape.Logs,
    };

    private static (string Key, string Value)? Read(string own, string name, IConfiguration configuration) =>
        configuration[Prefix + own + name] is { } value && !string.IsNullOrWhiteSpace(value) ? (Prefix + own + name, value.Trim()) : null;

    private static string? Choice(string own, string name, IConfiguration configuration, string first, string second) =>
        (Read(own, name, configuration) ?? Read("", name, configuration)) is not var (key, value) ? null
        : value == first || value == second ? value
        : throw new InvalidOperationException($"{key} must be \"{first}\" or \"{second}\".");

    private static int? Timeout(string own, IConfiguration configuration) =>
        (Read(own, "TIMEOUT", configuration) ?? Read("", "TIMEOUT", configuration)) is not var (key, value) ? null
        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds > 0 ? milliseconds
        : throw new InvalidOperationException($"{key} must be a number of milliseconds.");
}
