using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using Orion.Telemetry.Tracing;
using OrionPlatform.Tests;

namespace OrionPlatform.TraceGate.Tests;

/// <summary>
/// The whole platform, started once as processes, put to work, sent secrets, and stopped: what it stored and said is then judged. A new
/// service is found by itself; requests and jobs that exercise it are added in <see cref="WorkAsync"/>.
/// </summary>
public sealed class ExercisedPlatform : IAsyncLifetime, IDisposable
{
    internal const string JoinToken = "trace-gate-join-token-0123456789abcdef";
    internal const string OtlpKey = "trace-gate-otlp-key-0123456789abcdefgh";

    /// <summary>A runtime whose program does not exist: the node task fails.</summary>
    internal const string BrokenRuntime = "broken";

    private readonly TempFolder _folder = new();
    private readonly SecretMint _mint = new(new Random(20_261_121));
    private readonly ConcurrentBag<SentRequest> _sent = [];
    private readonly List<ExpectedMessage> _messages = [];

    internal IReadOnlyList<Secret> Secrets => _mint.Made;

    /// <summary>What was stored, and what was sent before.</summary>
    public Evidence Evidence { get; private set; } = null!;

    internal string TelemetryFolder => Path.Combine(_folder.Path, "telemetry");

    internal string Console { get; private set; } = "";

    internal byte[] Exported { get; private set; } = [];

    /// <summary>Pages and live streams of the panel, by address.</summary>
    internal IReadOnlyDictionary<string, string> Panel { get; private set; } = new Dictionary<string, string>();

    public async Task InitializeAsync()
    {
        await using var collector = await OtlpCollector.StartAsync();
        IReadOnlyList<string> services;
        await using (var platform = await HostedPlatform.StartAsync(
            _folder.Path,
            [$"--Parameters:node-join-token={JoinToken}"],
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["Orion__Agent__Runtimes__broken__Command"] = "/nonexistent/program",

                // A sender that may claim everything, so that a secret gets into every column.
                ["Orion__Otlp__Keys__canaries__Key"] = OtlpKey,
                ["Orion__Otlp__Keys__canaries__Services__0"] = "*",
                ["Orion__Otlp__Keys__canaries__Surfaces__0"] = "*",
                ["Orion__Otlp__Keys__canaries__Tenants__0"] = "*",
                ["Orion__Otlp__Keys__canaries__MayClaimLines"] = "true",
            }))
        {
            await WorkAsync(platform);
            services = platform.Services;
            await new HttpCanaries(platform, _mint).SendAsync();
            IReadOnlyList<string> traces = [];
            foreach (var encoding in (string[])[OtlpCanaries.Json, OtlpCanaries.Protobuf])
            {
                var otlp = new OtlpCanaries(platform, _mint, TimeProvider.System, encoding);
                await otlp.SendAsync();

                // Both end as the same rows, and no file may hold a secret of either: stories of one are enough to look at.
                traces = otlp.Traces;
            }

            Panel = await PanelVisit.LookAsync(platform, _mint, traces);
            await platform.DisposeAsync();
            Console = platform.Output;
        }

        Exported = collector.Bytes;
        var (lines, spans, logs) = await StoredTelemetry.ReadAsync(TelemetryFolder);
        Evidence = new Evidence
        {
            Services = services,
            Beating = await StoredTelemetry.BeatingAsync(TelemetryFolder),
            Lines = lines,
            Spans = spans,
            Logs = logs,
            Exporting = await ExportingAsync(services, lines, collector),
            Sent = [.. _sent],
            Messages = _messages,
            Secrets = [.. Secrets.Select(s => s.Needle)],
        };
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// Real requests that reach every service: creates, reads, releases, refusals, a task that ends well and one that fails.
    /// </summary>
    private async Task WorkAsync(RunningPlatform platform)
    {
        var allocations = $"v1/projects/{platform.ProjectId}/allocations";
        var good = await CreateAsync(platform, allocations, "sleeper");
        var bad = await CreateAsync(platform, allocations, BrokenRuntime);
        var watched = WatchAsync(platform, $"{allocations}/{good}/live");
        await platform.BecomesAsync(good, "active");
        await SendAsync(platform, HttpMethod.Get, $"{allocations}/{good}");
        await SendAsync(platform, HttpMethod.Get, allocations);
        await SendAsync(platform, HttpMethod.Get, $"{allocations}/al_unknown");
        await SendAsync(platform, HttpMethod.Post, allocations, new { runtime = "sleeper", slots = 0 });
        await SendAsync(platform, HttpMethod.Delete, $"{allocations}/{good}");
        await platform.BecomesAsync(good, "released");
        await platform.BecomesAsync(bad, "failed");
        await watched;

        foreach (var step in (string[])["requested", "provisioning", "placed", "active", "releasing", "released"])
        {
            // Each is painted for who watches it live.
            _messages.Add(new ExpectedMessage("api", "allocation." + step, "allocation/" + good));
        }

        _messages.Add(new ExpectedMessage("worker", "allocation.provision", "allocation/" + good));
        _messages.Add(new ExpectedMessage("worker", "allocation.provision", "allocation/" + bad));
        _messages.Add(new ExpectedMessage("worker", "allocation.release", "allocation/" + good));
        _messages.Add(new ExpectedMessage("node-agent", "node_task.start", "allocation/" + good));
        _messages.Add(new ExpectedMessage("node-agent", "node_task.stop", "allocation/" + good));
        _messages.Add(new ExpectedMessage("node-agent", "node_task.start", "allocation/" + bad, Fails: true));
    }

    /// <summary>Somebody looks at a live stream from its first event to its end.</summary>
    private async Task WatchAsync(RunningPlatform platform, string path)
    {
        var id = "gate-" + Guid.NewGuid().ToString("N");
        await using var live = await EventStream.OpenAsync(platform.Api, path, ("X-Correlation-ID", id), ("Last-Event-ID", "0"));
        while (!(await live.NextAsync()).Data.Contains("\"released\"", StringComparison.Ordinal))
        {
            // The next one.
        }

        await live.EndAsync();
        var echoed = string.Join(", ", live.Headers.GetValues("X-Correlation-ID"));
        _sent.Add(new SentRequest("api", "live", "GET " + path, id, echoed, 200, null));
    }

    private async Task<string> CreateAsync(RunningPlatform platform, string allocations, string runtime) =>
        (await SendAsync(platform, HttpMethod.Post, allocations, new { runtime, slots = 1 })).GetProperty("id").GetString()!;

    private async Task<JsonElement> SendAsync(RunningPlatform platform, HttpMethod method, string path, object? body = null)
    {
        var id = "gate-" + Guid.NewGuid().ToString("N");
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("X-Correlation-ID", id);
        request.Headers.Add("Idempotency-Key", id);
        using var response = await platform.Api.SendAsync(request);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        _sent.Add(new SentRequest(
            "api", "public", $"{method} {path}", id,
            response.Headers.TryGetValues("X-Correlation-ID", out var echoed) ? string.Join(", ", echoed) : null,
            (int)response.StatusCode,
            answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("error_code", out var code) ? code.GetString() : null));
        return answer;
    }

    /// <summary>
    /// A service without a sink of its own (no loss account) is in the store only because it exported there: AppHost gives node agents that
    /// endpoint.
    /// </summary>
    private async Task<IReadOnlySet<string>> ExportingAsync(IReadOnlyList<string> services, IReadOnlyList<CanonicalLine> lines,
        OtlpCollector collector)
    {
        await using var reader = new TelemetryReader(TelemetryFolder, TimeProvider.System);
        var own = (await reader.LossAsync()).Select(l => l.Process).ToHashSet(StringComparer.Ordinal);
        return services.Where(s => collector.HeardOf(s) || (!own.Contains(s) && lines.Any(l => l.Service == s)))
            .ToHashSet(StringComparer.Ordinal);
    }
}
