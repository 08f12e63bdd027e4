using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using OrionPlatform.Tests;

namespace OrionPlatform.TraceGate.Tests;

/// <summary>Puts secrets into everything of an HTTP request that a stranger, a customer or a node chooses.</summary>
internal sealed class HttpCanaries(RunningPlatform platform, SecretMint mint)
{
    private static readonly string[] s_headers =
        ["traceparent", "tracestate", "baggage", "User-Agent", "Referer", "Cookie", "X-Forwarded-For", "X-Correlation-ID",
            "Idempotency-Key", "Accept", "Authorization", "Content-Type"];

    private string Allocations => $"v1/projects/{platform.ProjectId}/allocations";

    public async Task SendAsync()
    {
        await QueriesAndPathsAsync();
        await HeadersAsync();
        await BodiesAsync();
        await NodesAsync();
    }

    private async Task QueriesAndPathsAsync()
    {
        foreach (var (query, path) in mint.OneOfEach("query").Zip(mint.OneOfEach("path")))
        {
            await SendAsync(HttpMethod.Get, $"{Allocations}?filter={Escape(query)}&{Escape(query)}");
            await SendAsync(HttpMethod.Get, $"v1/projects/{Escape(path)}/allocations");
            await SendAsync(HttpMethod.Delete, $"{Allocations}/{Escape(path)}");
            await SendAsync(HttpMethod.Get, $"{Allocations}/{Escape(path)}/live?{Escape(query)}");
            await SendAsync(HttpMethod.Get, "nowhere/" + Escape(path));
            await SendAsync(HttpMethod.Get, "nowhere/" + Uri.EscapeDataString(Escape(path)));
        }

        foreach (var secret in mint.Fitting("method", 64, c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.'))
        {
            await SendAsync(new HttpMethod(secret.Text), Allocations);
        }

        foreach (var secret in mint.Fitting("host", 60, c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.'))
        {
            await SendAsync(HttpMethod.Get, Allocations, r => r.Headers.Host = secret.Text + ".example.com");
        }
    }

    private async Task HeadersAsync()
    {
        foreach (var header in s_headers)
        {
            foreach (var secret in mint.OneOfEach(header))
            {
                var value = secret.Text.Replace('\n', ' ');
                await SendAsync(HttpMethod.Post, Allocations, r =>
                {
                    r.Content = JsonContent.Create(new { runtime = "sleeper", slots = 0 });
                    if (header == "Content-Type")
                    {
                        r.Content.Headers.Remove(header);
                        r.Content.Headers.TryAddWithoutValidation(header, value);
                        return;
                    }

                    r.Headers.TryAddWithoutValidation(header, header is "tracestate" or "baggage" or "Cookie" ? $"k={value}" : value);
                });
            }
        }

        foreach (var secret in mint.OneOfEach("Last-Event-ID"))
        {
            await SendAsync(HttpMethod.Get, $"{Allocations}/al_unknown/live", r =>
                r.Headers.TryAddWithoutValidation("Last-Event-ID", secret.Text.Replace('\n', ' ')));
        }

        // These the platform takes over, and they go all the way through worker and node agent. The task fails there, which is the more
        // talkative way.
        var ids = mint.Fitting("correlation id of an allocation", 128, c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
        foreach (var (id, key) in ids.Zip(mint.Fitting("idempotency key of an allocation", 255, c => c is > ' ' and < '\x7f')))
        {
            await SendAsync(HttpMethod.Post, Allocations, r =>
            {
                r.Content = JsonContent.Create(new { runtime = ExercisedPlatform.BrokenRuntime, slots = 1 });
                r.Headers.TryAddWithoutValidation("X-Correlation-ID", id.Text);
                r.Headers.TryAddWithoutValidation("Idempotency-Key", key.Text);
                r.Headers.TryAddWithoutValidation("tracestate", "k=" + id.Text);
            });
        }
    }

    private async Task BodiesAsync()
    {
        foreach (var secret in mint.OneOfEach("body"))
        {
            await BodyAsync(JsonSerializer.Serialize(new { runtime = secret.Text, slots = 1 }));
            await BodyAsync(JsonSerializer.Serialize(new { runtime = "sleeper", slots = secret.Text }));
            await BodyAsync(JsonSerializer.Serialize(
                new Dictionary<string, object> { ["runtime"] = "sleeper", ["slots"] = 1, [secret.Text] = 1 }));
            await BodyAsync("{\"runtime\": " + secret.Text);
            await BodyAsync(secret.Text);
        }

        foreach (var secret in mint.Fitting("runtime", 63, c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            .Where(s => s.Kind is "card"))
        {
            await BodyAsync(JsonSerializer.Serialize(new { runtime = secret.Text, slots = 1 }));
        }
    }

    private async Task NodesAsync()
    {
        foreach (var secret in mint.OneOfEach("node name"))
        {
            await SendAsync(HttpMethod.Post, "node/v1/register", r =>
            {
                r.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ExercisedPlatform.JoinToken);
                r.Content = JsonContent.Create(new { name = secret.Text, slots = 1, runtimes = (string[])["another-runtime"] });
            });
        }

        foreach (var secret in mint.OneOfEach("join token"))
        {
            await SendAsync(HttpMethod.Post, "node/v1/register", r =>
                r.Headers.TryAddWithoutValidation("Authorization", "Bearer " + secret.Text.Replace('\n', ' ')));
            await SendAsync(HttpMethod.Post, "otlp/v1/traces", r =>
                r.Headers.TryAddWithoutValidation("x-otlp-api-key", secret.Text.Replace('\n', ' ')));
        }
    }

    private Task BodyAsync(string body) => SendAsync(HttpMethod.Post, Allocations, r =>
    {
        r.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("N"));
        r.Content = new StringContent(body, Encoding.UTF8, "application/json");
    });

    /// <summary>What is answered does not matter here: a refusal leaves as many traces as a success.</summary>
    private async Task SendAsync(HttpMethod method, string path, Action<HttpRequestMessage>? shape = null)
    {
        using var request = new HttpRequestMessage(method, path);
        shape?.Invoke(request);
        using var response = await platform.Api.SendAsync(request);
    }

    private static string Escape(Secret secret) => Uri.EscapeDataString(secret.Text);
}
