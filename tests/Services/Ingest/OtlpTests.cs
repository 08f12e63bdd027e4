using System.IO.Compression;
using System.Net;

namespace OrionPlatform.Services.Tests;

/// <summary>Telemetry comes in with the key, and only so much of it.</summary>
[Trait("Store", "once")]
public sealed class OtlpTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private readonly ApiUnderTest _api = shared.Api;

    [Theory]
    [InlineData("traces")]
    [InlineData("logs")]
    [InlineData("metrics")]
    public async Task An_empty_export_is_taken_with_the_key_and_refused_without(string signal)
    {
        using var taken = await SendAsync(signal, ServiceSecrets.OtlpKey, []);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.Equal("application/x-protobuf", taken.Content.Headers.ContentType?.MediaType);
        using var wrong = await SendAsync(signal, "wrong-key-of-the-tests", []);
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        using var without = await SendAsync(signal, null, []);
        Assert.Equal(HttpStatusCode.Unauthorized, without.StatusCode);
    }

    [Fact]
    public async Task A_body_that_unpacks_to_more_than_the_limit_is_refused()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1024 * 1024];
            for (var i = 0; i < 65; i++)
            {
                await gzip.WriteAsync(zeros);
            }
        }

        using var answer = await SendAsync("traces", ServiceSecrets.OtlpKey, packed.ToArray(), "gzip");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Another_content_type_is_refused_and_nonsense_is_not_to_be_sent_again()
    {
        using var text = await SendAsync("traces", ServiceSecrets.OtlpKey, [1, 2, 3], contentType: "text/plain");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, text.StatusCode);
        using var nonsense = await SendAsync("traces", ServiceSecrets.OtlpKey, [0xff, 0xff, 0xff]);
        Assert.Equal(HttpStatusCode.BadRequest, nonsense.StatusCode);
    }

    private async Task<HttpResponseMessage> SendAsync(
        string signal, string? key, byte[] body, string? encoding = null, string contentType = "application/x-protobuf")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "otlp/v1/" + signal) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new(contentType);
        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        if (key is not null)
        {
            request.Headers.Add("x-otlp-api-key", key);
        }

        return await _api.Client().SendAsync(request);
    }
}
