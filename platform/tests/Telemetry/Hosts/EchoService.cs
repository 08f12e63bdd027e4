using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Orion.Telemetry.CanonicalLines;

namespace Orion.Telemetry.Tests;

/// <summary>A service that tells which context it saw, and which headers its own calls carried.</summary>
internal static class EchoService
{
    public const string Trace = "12345678901234567890123456789012";
    public const string Parent = "1234567890123456";
    public const string Valid = $"00-{Trace}-{Parent}-01";

    public static Task<TestApp> StartAsync() => TestApp.StartAsync(a =>
    {
        a.MapGet("/echo", async (HttpContext http, IHttpClientFactory clients, int calls = 1) =>
        {
            var span = Activity.Current!;
            var outgoing = new List<Dictionary<string, string>>();
            while (outgoing.Count < calls)
            {
                outgoing.Add((await clients.CreateClient("self")
                    .GetFromJsonAsync<Dictionary<string, string>>($"http://{http.Request.Host}/mirror"))!);
            }

            return new Seen(span.TraceId.ToHexString(), span.ParentSpanId.ToHexString(),
                [.. span.Baggage.Select(b => $"{b.Key}={b.Value}")], outgoing);
        });
        a.MapGet("/mirror", (HttpContext http) => http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString()))
            .WithMetadata(new UntracedAttribute());
    });

    public static Task<Seen> CallAsync(TestApp app, params (string Name, string Value)[] headers) => CallAsync(app, 1, headers);

    public static async Task<Seen> CallAsync(TestApp app, int calls, params (string Name, string Value)[] headers)
    {
        // One header a value: HttpClient would join them. HTTP/1.0: the answer comes in one piece.
        var raw = $"GET /echo?calls={calls} HTTP/1.0\r\nHost: {app.Address.Authority}\r\nConnection: close\r\n" +
            $"{string.Concat(headers.Select(h => $"{h.Name}: {h.Value}\r\n"))}\r\n";
        var answer = await app.RawAsync(raw);
        var body = answer[(answer.IndexOf('{', StringComparison.Ordinal))..(answer.LastIndexOf('}') + 1)];
        return JsonSerializer.Deserialize<Seen>(body, JsonSerializerOptions.Web)!;
    }

    internal sealed record Seen(string TraceId, string ParentId, string[] Baggage, List<Dictionary<string, string>> Calls)
    {
        public Dictionary<string, string> Outgoing => new(Calls[0], StringComparer.OrdinalIgnoreCase);

        public string Next => Outgoing["traceparent"];

        public string? State => Outgoing.GetValueOrDefault("tracestate");
    }
}
