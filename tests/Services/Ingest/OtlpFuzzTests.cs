using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orion.Sink.Otlp;
using Orion.Sink.Reading;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>
/// Whatever bytes are sent to the ingest: it answers, never with a fault of its own, and its other senders notice nothing.
/// </summary>
[Trait("Store", "once")]
public sealed class OtlpFuzzTests(SharedApi shared) : IClassFixture<SharedApi>
{
    // Of the time that fuzzing has in all; the public API has the rest.
    private static readonly TimeSpan s_duration = ByteMutator.Duration / 2;

    private readonly ApiUnderTest _api = shared.Api;

    [Fact]
    public async Task No_bytes_sent_to_it_are_answered_with_5xx_and_valid_requests_are_stored_all_the_while()
    {
        using var client = _api.Client();
        client.Timeout = TimeSpan.FromSeconds(20);
        var time = (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000;
        var (json, protobuf) = (OtlpBodies.Json(time), OtlpBodies.Protobuf(time));
        var clock = Stopwatch.StartNew();
        var neighbours = 0;
        for (var seed = 0; clock.Elapsed < s_duration || seed < 500; seed++)
        {
            var mutator = new ByteMutator(seed);
            var isJson = mutator.Any<bool>([true, false]);
            var (signal, body) = mutator.Any(isJson ? json : protobuf);
            var gzip = mutator.Any<bool>([true, false, false, false]);
            var damaged = mutator.Mutate(gzip ? OtlpCalls.Packed(body) : body);
            using var answer = await client.SendAsync(OtlpCalls.Request(signal, damaged, isJson, gzip));
            var said = await answer.Content.ReadAsByteArrayAsync();
            Assert.True(
                answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge,
                $"Seed {seed}: {signal}, {(isJson ? "JSON" : "protobuf")}{(gzip ? " in gzip" : "")} " +
                    $"was answered with {(int)answer.StatusCode}.");
            Assert.Equal(isJson ? "application/json" : "application/x-protobuf", answer.Content.Headers.ContentType?.MediaType);
            Assert.True(answer.StatusCode == HttpStatusCode.OK || said.Length > 0, $"Seed {seed}: the refusal says nothing.");
            if (seed % 100 == 0)
            {
                using var taken =
                    await client.SendAsync(OtlpCalls.Request(OtlpSignal.Logs, OtlpCalls.Log($"neighbour {neighbours}"), json: true));
                Assert.Equal(("{}", HttpStatusCode.OK), (await taken.Content.ReadAsStringAsync(), taken.StatusCode));
                neighbours++;
            }
        }

        var reader = _api.App.Services.GetRequiredService<TelemetryReader>();
        await Eventually.TrueAsync(
            async () =>
            {
                var stored = await reader.LogsAsync(new LogQuery { Text = "neighbour ", Limit = 1_000 });
                return stored.Items.Count == Math.Min(1_000, neighbours);
            },
            "every valid log record is stored");
    }
}
