using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Orion.Sink;
using Orion.Sink.Reading;
using Orion.Store.OpsAccess;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>
/// Whatever bytes arrive at the public API, the node API and the panel, the answer is never a failure of the server's. Valid requests of
/// each endpoint are damaged, in the body alone (so that what reads it is reached) or anywhere; a run goes on for
/// <c>ORION_FUZZ_SECONDS</c>.
/// </summary>
[Trait("Store", "once")]
public sealed partial class ApiFuzzTests
{
    private const int Senders = 6;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    // Requests that once were answered 500, or are of the kinds that parsers fail at.
    private static readonly string[] s_kept =
    [
        "GET /v1/projects/%/allocations", "GET /v1/projects/%00/allocations", "GET /v1/projects/%FF%FE/allocations/%C0%AF",
        "GET /v1/projects/%ED%A0%80/allocations", "GET /v1/projects/{project}/allocations?limit=%FF",
        "GET /v1/projects/{project}/allocations?after=%00", "GET /v1/projects/{project}/allocations?limit=99999999999999999999",
        "GET /v1/projects/{project}/allocations?%FF=%FF&&&=&limit",
        "GET /v1/projects/{project}/allocations/al_" + "%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41%41",
        "BREW /v1/projects/{project}/allocations", "TRACE /v1/projects/{project}/allocations",
        "CONNECT /v1/projects/{project}/allocations", "PROPFIND /admin/ops/traces", "GET /admin/ops/traces?route=%00",
        "GET /admin/ops/traces?status=%FF", "GET /admin/ops/traces/00000000000000000000000000000000", "GET /admin/ops/traces/%FF",
        "GET /admin/ops/traces/find?id=%00", "GET /admin/ops/logs?text=%22%27%25%5F%5C", "GET /admin/ops/logs?from=9999999999999999999",
        "GET /admin/ops/assets/..%2F..%2Fappsettings.json", "GET /admin/ops/assets/%00", "GET /admin/ops/login?t=%00%FF",
        "GET //admin/ops//traces", "GET /health?%FF", "GET /otlp/v1/traces", "OPTIONS *",
    ];

    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private static readonly string[] s_acts = ["acknowledge", "silence", "redrive"];

    private static readonly string[] s_pages =
    [
        "overview?window=1h", "traces?route=%2Fv1&status=500&tenant=acme&q=x&min=5&attribute=a%3Db&before=1", "traces/" + Trace,
        "logs?level=error&q=x&before=1&trace=1", "health", "people", "traces/find?id=" + Trace, $"traces/{Trace}/otlp.json",
        $"traces/{Trace}/waterfall.svg",
    ];

    private static readonly string[] s_conditions =
    [
        "If-None-Match: *", "If-None-Match: \"", "If-Match: W/\"x\", \"y", "If-Modified-Since: yesterday", "Range: bytes=9-1",
        "Accept: \u00ff/\u00fe;q=x", "Accept-Language: ,,,;q=", "Last-Event-ID: 99999999999999999999", "traceparent: 00-\u00ff-x-01",
        "baggage: =,;=%FF", "Cookie: orion-ops=\u00ff; =; orion-ops", "X-Correlation-ID: \u00ff", "Expect: 200-maybe",
        "Content-Encoding: gzip", "Transfer-Encoding: gzip", "X-Forwarded-For: \u00ff", "X-HTTP-Method-Override: \u00ff",
    ];

    [Fact]
    public async Task No_bytes_make_the_server_fail()
    {
        await using var api = await ApiUnderTest.StartAsync(settings:
        [
            "--Orion:FailedAuthentication:Burst=10000", "--Orion:FailedAuthentication:Interval=00:00:00.010",
            "--Orion:Ops:MaxStreamsPerSession=64",
        ]);
        var valid = await ValidAsync(api);
        var failures = new ConcurrentQueue<string>();
        foreach (var kept in s_kept)
        {
            foreach (var with in valid.Credentials)
            {
                var line = kept.Replace("{project}", api.ProjectOf("acme"), StringComparison.Ordinal);
                await CheckAsync(api, RawHttp.Request(line, with, null), "kept", failures);
            }
        }

        foreach (var request in valid.Requests)
        {
            await CheckAsync(api, RawHttp.Request(request.Line, request.Headers, request.Body), "valid", failures);
            foreach (var condition in s_conditions)
            {
                await CheckAsync(api, RawHttp.Request(request.Line, [.. request.Headers, condition], request.Body), "condition", failures);
            }
        }

        var clock = Stopwatch.StartNew();
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(async _ =>
        {
            while (clock.Elapsed < ByteMutator.Duration && failures.IsEmpty)
            {
                var seed = Interlocked.Increment(ref next);
                await CheckAsync(api, Damaged(valid, seed), $"seed {seed}", failures);
            }
        }));

        Assert.True(failures.IsEmpty, string.Join("\n\n", failures));
        Assert.True(next > 100, $"Only {next} requests were sent.");

        // Also where nobody was there any more to see the answer. Requests alone: a job of another test, which has no host of its own, is
        // the telemetry of the process's latest host, and may be meant to fail.
        await api.App.Services.GetRequiredService<TelemetrySink>().FlushAsync();
        var reader = api.App.Services.GetRequiredService<TelemetryReader>();
        var failed = (await reader.LinesAsync(new TraceQuery { Limit = 100, ErrorsOnly = true })).Items;
        Assert.Empty(failed.Where(l => l.StatusCode >= 500 || (l.Method is { Length: > 0 } && l.Outcome == "error"))
            .Select(l => $"{l.Method} {l.Route} {l.StatusCode} {l.ErrorType}"));

        // And it serves as before.
        Assert.NotEmpty(await api.Tenant("acme").RequestAsync());
    }

    private static byte[] Damaged(Valid valid, int seed)
    {
        var mutator = new ByteMutator(seed);
        var request = mutator.Any(valid.Requests);
        return request.Body is { } body && seed % 2 == 0
            ? RawHttp.Request(request.Line, request.Headers, mutator.Mutate(body))
            : mutator.Mutate(RawHttp.Request(request.Line, request.Headers, request.Body));
    }

    private static async Task CheckAsync(ApiUnderTest api, byte[] request, string what, ConcurrentQueue<string> failures)
    {
        var (status, answer) = await RawHttp.SendAsync(api.Address, request, s_patience);

        // Another version of HTTP is all that a server need not know.
        if (status is < 0 or (>= 500 and not 505))
        {
            failures.Enqueue($"{what}: {status}\n{RawHttp.Show(request.AsSpan(0, Math.Min(request.Length, 3000)))}\n{answer}");
        }
    }

    private static async Task<Valid> ValidAsync(ApiUnderTest api)
    {
        var acme = $"Authorization: Bearer {api.DevKeys.GetProperty("acme").GetProperty("apiKey").GetString()}";
        var project = $"/v1/projects/{api.ProjectOf("acme")}/allocations";
        var id = await api.Tenant("acme").RequestAsync();
        var (nodeClient, _) = await api.NodeAsync();
        var node = $"Authorization: Bearer {nodeClient.DefaultRequestHeaders.Authorization!.Parameter}";
        var join = $"Authorization: Bearer {ServiceSecrets.JoinToken}";
        var (cookie, token) = await SignInAsync(api);
        string[] session = [$"Cookie: {cookie}", "Sec-Fetch-Site: same-origin"];
        const string Json = "Content-Type: application/json";
        const string Form = "Content-Type: application/x-www-form-urlencoded";
        const string Process = """
            "process":{"worker":"node-agent-n1","host":"h","pid":7,"startedAt":"2026-01-05T10:00:00Z","intervalSeconds":5,"poolThreads":4,
            "poolQueue":0,"memoryAllocMb":1.5,"memoryCommittedMb":2,"gcCount":1,"gcPauseMs":0.5,
            """ + """
            "lagP50Ms":0.1,"lagP99Ms":0.2,"lagMaxMs":0.3,"utilization":0.01},
            "exports":[{"stream":"spans","produced":3,"delivered":2,"failed":0,"overflowed":0}]
            """;
        List<Call> calls =
        [
            new($"POST {project}", [acme, Json, "Idempotency-Key: fuzz"], Bytes("""{"runtime":"sleeper","slots":1}""")),
            new($"POST {project}", [acme, Json, "Idempotency-Key: again"], Bytes("""{"runtime":"sleeper","slots":2}""")),
            new($"GET {project}?limit=5&state=requested&after=al_0", [acme], null),
            new($"GET {project}/{id}",
                [acme, "If-None-Match: \"x\"", "X-Correlation-ID: c-1", $"traceparent: 00-{Trace}-b7ad6b7169203331-01"], null),
            new($"GET {project}/{id}/live", [acme, "Last-Event-ID: 0", "Accept: text/event-stream"], null),
            new($"DELETE {project}/al_none", [acme], null),
            new("POST /node/v1/register", [join, Json], Bytes("""{"name":"n2","slots":4,"runtimes":["sleeper"]}""")),
            new(
                "POST /node/v1/heartbeat", [node, Json],
                Bytes($$"""{"name":"n1","slots":4,"runtimes":["sleeper"],"running":["{{id}}"],{{Process}}}""")),
            new("POST /node/v1/tasks/claim", [node, Json], Bytes("""{"max":1,"waitSeconds":0,"holding":["nt_1"]}""")),
            new("POST /node/v1/tasks/nt_1/result", [node, Json], Bytes("""{"fencingToken":1,"succeeded":true,"detail":"x"}""")),
            new($"POST /node/v1/workloads/{id}/exited", [node, Json], Bytes("""{"exitCode":1}""")),
            new("GET /health", ["Authorization: Bearer x"], null),
            new("GET /admin/ops/login?t=wrong", [], null),
            new("POST /admin/ops/login", [.. session, Form], Bytes($"__RequestVerificationToken={token}&t=wrong")),
            new("GET /admin/ops/assets/panel.css", ["If-None-Match: \"x\"", "Accept-Encoding: gzip, br"], null),
            new("POST /admin/ops/people/links", [.. session, Form], Bytes($"__RequestVerificationToken={token}&name=Tess&role=viewer")),
            new("POST /admin/ops/people/end", [.. session, Form], Bytes($"__RequestVerificationToken={token}&session=os_1")),
            .. s_acts.Select(act => new Call(
                $"POST /admin/ops/acts/{act}", [.. session, Form],
                Bytes($"__RequestVerificationToken={token}&alert=a&id=1&job=j&rule=r&subject=s"))),
            .. s_pages.Select(page => new Call($"GET /admin/ops/{page}", session, null)),
        ];
        return new Valid(calls, [[], [acme], [node], session]);
    }

    private static async Task<(string Cookie, string Token)> SignInAsync(ApiUnderTest api)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() };
        using var client = new HttpClient(handler) { BaseAddress = api.Address };
        var sessions = api.App.Services.GetRequiredService<OpsSessions>();
        var token = await sessions.CreateLoginTokenAsync("Tess", "admin", TimeSpan.FromMinutes(5));
        using var answer = await client.GetAsync(new Uri($"admin/ops/login?t={token}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        var page = await client.GetStringAsync(new Uri("admin/ops/overview", UriKind.Relative));
        var cookie = handler.CookieContainer.GetCookieHeader(new Uri(api.Address, "admin/ops/"));
        return (cookie, TokenField().Match(page).Groups["token"].Value);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    [GeneratedRegex("""name="__RequestVerificationToken" value="(?<token>[\w-]{64,})""", RegexOptions.NonBacktracking)]
    private static partial Regex TokenField();

    private sealed record Call(string Line, string[] Headers, byte[]? Body);

    private sealed record Valid(IReadOnlyList<Call> Requests, IReadOnlyList<string[]> Credentials);
}
