using System.Collections.Concurrent;
using System.Text;
using OrionPlatform.Tests;

namespace OrionPlatform.TraceGate.Tests;

/// <summary>Somebody looks at the panel: with secrets in every filter first, and then at all of it without any.</summary>
internal static class PanelVisit
{
    private static readonly string[] s_tabs =
    [
        "overview", "traces", "logs", "metrics", "health", "traces?service=canary-service", "logs?service=canary-service",
        "traces?errors=1", "people",
    ];

    private static readonly ParallelOptions s_several = new() { MaxDegreeOfParallelism = 4 };
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static async Task<IReadOnlyDictionary<string, string>> LookAsync(
        RunningPlatform platform, SecretMint mint, IReadOnlyList<string> traces)
    {
        using var browser = new HttpClient { BaseAddress = new Uri(platform.LoginUrl, "/") };
        foreach (var secret in mint.OneOfEach("login token").Take(3))
        {
            // A few only: wrong tokens from one address are soon refused unread.
            (await browser.GetAsync("/admin/ops/login?t=" + Uri.EscapeDataString(secret.Text))).Dispose();
        }

        (await browser.GetAsync(platform.LoginUrl)).Dispose();
        await Parallel.ForEachAsync(mint.OneOfEach("panel filter"), s_several, async (secret, cancellationToken) =>
        {
            var value = Uri.EscapeDataString(secret.Text);
            string[] addresses =
            [
                $"logs?text={value}", $"traces?route={value}&tenant={value}", $"traces/find?id={value}", $"logs?after={value}",
                $"traces/{value}", value,
            ];
            foreach (var address in addresses)
            {
                (await browser.GetAsync("/admin/ops/" + address, cancellationToken)).Dispose();
            }
        });

        // What it was sent last is on its way to the store: the stream shows it when it is there.
        var seen = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["logs/live"] = await StreamAsync(
                browser, "/admin/ops/logs/live?service=canary-service", OtlpCanaries.ControlOf(OtlpCanaries.Protobuf)),
        };
        foreach (var address in (string[])[.. s_tabs, .. s_tabs])
        {
            // Twice: the first visit replaces the filters that the session remembers.
            seen[address] = await browser.GetStringAsync("/admin/ops/" + address);
        }

        var pictures = new ConcurrentDictionary<string, string>(seen);
        await Parallel.ForEachAsync(traces, s_several, async (trace, cancellationToken) =>
            pictures["traces/" + trace] = await browser.GetStringAsync("/admin/ops/traces/" + trace, cancellationToken));

        // The first picture of each live stream that has one; of a few stories only, since a session may hold few streams. Each sends what
        // its page shows.
        var few = traces.Where((_, i) => i % (1 + (traces.Count / 6)) == 0);
        string[] streams = ["overview/live", "traces/live", "health/live", .. few.Select(t => $"traces/{t}/live")];
        await Parallel.ForEachAsync(streams, s_several, async (address, _) =>
            pictures[address] = await StreamAsync(browser, "/admin/ops/" + address, "event: fragment"));
        return pictures;
    }

    /// <summary>A live stream up to the end of the event that holds <paramref name="until"/>.</summary>
    private static async Task<string> StreamAsync(HttpClient browser, string address, string until)
    {
        using var patience = new CancellationTokenSource(s_patience);
        using var answer = await OpenAsync(browser, address, patience.Token);
        await using var stream = await answer.Content.ReadAsStreamAsync(patience.Token);
        using var reader = new StreamReader(stream);
        var text = new StringBuilder();
        for (var found = false; ;)
        {
            var line = await reader.ReadLineAsync(patience.Token);
            Assert.True(line is not null, "The stream ended.");
            text.Append(line).Append('\n');
            found |= line.Contains(until, StringComparison.Ordinal);
            if (found && line.Length == 0)
            {
                return text.ToString();
            }
        }
    }

    /// <summary>A session has seats for a few streams; one that was left is free when the panel has noticed.</summary>
    private static async Task<HttpResponseMessage> OpenAsync(HttpClient browser, string address, CancellationToken cancellationToken)
    {
        HttpResponseMessage? answer = null;
        await Eventually.TrueAsync(
            async () =>
            {
                answer?.Dispose();
                answer = await browser.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                return answer.StatusCode != System.Net.HttpStatusCode.TooManyRequests;
            },
            "a seat is free for " + address);
        return answer!.EnsureSuccessStatusCode();
    }
}
