using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Orion.Sink.Otlp;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>A sender of telemetry that is refused is told so as OTLP has it, in its encoding, and when to come again.</summary>
[Trait("Store", "once")]
public sealed class OtlpRefusalTests
{
    private const int Mebi = 1024 * 1024;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sender_with_wrong_keys_is_told_to_wait(bool json)
    {
        await using var api = await ApiUnderTest.StartAsync(
            settings: ["--Orion:FailedAuthentication:Burst=1", "--Orion:FailedAuthentication:Interval=01:00:00"]);
        using var first = await api.Client().SendAsync(OtlpCalls.Request(OtlpSignal.Logs, [], json, key: "wrong-key-of-the-tests"));
        await IsRefusedAsync(first, json, HttpStatusCode.Unauthorized, 16, "");

        using var second = await api.Client().SendAsync(OtlpCalls.Request(OtlpSignal.Logs, [], json, key: "wrong-key-of-the-tests"));
        await IsRefusedAsync(second, json, HttpStatusCode.TooManyRequests, 8, "no valid credentials");
        Assert.InRange(second.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sender_whose_key_is_right_and_does_not_open_the_door_is_told_that_it_may_not(bool json)
    {
        using var folder = new TempFolder();
        await using var app = Api.Program.Build(ApiUnderTest.Arguments(folder.Path));
        app.MapPost("/otlp/v1/closed", () => "never").RequireAuthorization(
            p => p.AddAuthenticationSchemes(Api.OtlpKeyAuthentication.SchemeName).RequireRole("nobody"));
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var request = OtlpCalls.Request(OtlpSignal.Logs, [], json);
        request.RequestUri = new Uri("otlp/v1/closed", UriKind.Relative);

        using var answer = await client.SendAsync(request);

        await IsRefusedAsync(answer, json, HttpStatusCode.Forbidden, 7, "");
        await app.StopAsync();
    }

    [Fact]
    public async Task While_a_body_fills_the_room_another_large_one_is_told_to_come_again_and_is_taken_once_it_is_gone()
    {
        await using var api = await ApiUnderTest.StartAsync();

        // A body lies in memory that is doubled as it grows: this one has 64 of the 128 MiB once more than 32 were read of it, and another
        // cannot grow from 32 to 64 beside it. What is sent and not yet read is a few MiB at most.
        using var end = new CancellationTokenSource();
        using var content = new EndlessContent(48 * Mebi);
        var held = HoldAsync(api, content, end.Token);
        await content.Sent.WaitAsync(TimeSpan.FromMinutes(1));
        foreach (var json in new[] { true, false })
        {
            using var refused = await api.Client().SendAsync(Large(json));
            await IsRefusedAsync(refused, json, HttpStatusCode.ServiceUnavailable, 14, "try again shortly");
            Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);

            using var small = await api.Client().SendAsync(OtlpCalls.Request(OtlpSignal.Logs, OtlpCalls.Log("small"), json: true));
            Assert.Equal(HttpStatusCode.OK, small.StatusCode);
        }

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => held);
        await Eventually.TrueAsync(
            async () =>
            {
                using var taken = await api.Client().SendAsync(Large(json: false));
                return taken.StatusCode == HttpStatusCode.OK;
            },
            "the large body is taken");
    }

    /// <summary>A request of 40 MiB that is in order and has no record.</summary>
    private static HttpRequestMessage Large(bool json)
    {
        var body = json ? [.. Encoding.UTF8.GetBytes(new string(' ', 40 * Mebi)), .. "{}"u8]
            : new ProtoBody().Bytes(15, new byte[40 * Mebi]).ToArray();
        return OtlpCalls.Request(OtlpSignal.Logs, body, json);
    }

    private static async Task HoldAsync(ApiUnderTest api, EndlessContent content, CancellationToken end)
    {
        using var request = OtlpCalls.Request(OtlpSignal.Logs, [], json: false);
        request.Content = content;
        using var answer = await api.Client().SendAsync(request, end);
    }

    private static async Task IsRefusedAsync(HttpResponseMessage answer, bool json, HttpStatusCode status, int code, string message)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(json ? "application/json" : "application/x-protobuf", answer.Content.Headers.ContentType?.MediaType);
        var body = await answer.Content.ReadAsByteArrayAsync();
        if (json)
        {
            var told = JsonDocument.Parse(body).RootElement;
            Assert.Equal(["code", "message"], told.EnumerateObject().Select(m => m.Name));
            Assert.Equal(code, told.GetProperty("code").GetInt32());
            Assert.Contains(message, told.GetProperty("message").GetString(), StringComparison.Ordinal);
            return;
        }

        // google.rpc.Status: field 1 is the code, field 2 the message.
        Assert.Equal([0x08, (byte)code, 0x12], body[..3]);
        Assert.Contains(message, Encoding.UTF8.GetString(body[4..]), StringComparison.Ordinal);
    }

    /// <summary>So many bytes of a body that never ends by itself.</summary>
    private sealed class EndlessContent : HttpContent
    {
        private readonly TaskCompletionSource _sent = new();
        private readonly int _bytes;

        public EndlessContent(int bytes)
        {
            _bytes = bytes;
            Headers.ContentType = new("application/x-protobuf");
        }

        /// <summary>Done when its bytes are on their way.</summary>
        public Task Sent => _sent.Task;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(new byte[_bytes], cancellationToken);
            await stream.FlushAsync(cancellationToken);
            _sent.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
