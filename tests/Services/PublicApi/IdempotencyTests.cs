using System.Net;

namespace OrionPlatform.Services.Tests;

/// <summary>A request that is repeated with its key is one request.</summary>
public sealed class IdempotencyTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private readonly ApiUnderTest _api = shared.Api;

    [Fact]
    public async Task The_same_key_gets_the_same_answer_byte_for_byte_and_one_effect()
    {
        var acme = _api.Tenant("acme");
        var key = Key();
        using var first = await SendAsync(acme, AnySlice.Body, key);
        using var second = await SendAsync(acme, AnySlice.SameBody, key);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal("true", Assert.Single(second.Headers.GetValues("Idempotency-Replayed")));
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(first.Content.Headers.ContentType, second.Content.Headers.ContentType);
        Assert.Equal(await first.Content.ReadAsByteArrayAsync(), await second.Content.ReadAsByteArrayAsync());
        var id = first.Headers.Location!.OriginalString.Split('/')[^1];
        Assert.Single(await _api.Store.ReadAsync(tx => tx.FactsOfAsync(AnySlice.SubjectOf(id))));
    }

    [Fact]
    public async Task Many_at_once_with_one_key_make_one_effect()
    {
        var acme = _api.Tenant("acme");
        var key = Key();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SendAsync(acme, AnySlice.Body, key)));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Created, a.StatusCode));
        Assert.Single(answers.Select(a => a.Headers.Location).Distinct());
        Assert.Equal(19, answers.Count(a => a.Headers.Contains("Idempotency-Replayed")));
        Array.ForEach(answers, a => a.Dispose());
    }

    [Fact]
    public async Task The_same_key_for_another_request_is_refused()
    {
        var acme = _api.Tenant("acme");
        var key = Key();
        using var first = await SendAsync(acme, AnySlice.Body, key);
        using var other = await SendAsync(acme, AnySlice.OtherBody, key);
        await Calls.IsProblemAsync(other, 422, "idempotency_key_reused");
    }

    [Fact]
    public async Task A_refused_request_does_not_use_its_key_up()
    {
        var acme = _api.Tenant("acme");
        var key = Key();
        using var refused = await SendAsync(acme, "{}", key);
        using var mended = await SendAsync(acme, AnySlice.Body, key);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(HttpStatusCode.Created, mended.StatusCode);
    }

    [Fact]
    public async Task Two_tenants_may_use_the_same_key()
    {
        var key = Key();
        using var acme = await SendAsync(_api.Tenant("acme"), AnySlice.Body, key);
        using var globex = await SendAsync(_api.Tenant("globex"), AnySlice.Body, key);
        Assert.False(globex.Headers.Contains("Idempotency-Replayed"));
        Assert.NotEqual(acme.Headers.Location, globex.Headers.Location);
    }

    [Fact]
    public async Task Without_a_key_or_with_one_that_is_none_nothing_is_made()
    {
        var acme = _api.Tenant("acme");
        using var request = Calls.Post(AnySlice.Body);
        request.Headers.Remove("Idempotency-Key");
        using var without = await acme.SendAsync(request);
        await Calls.IsProblemAsync(without, 400, "idempotency_key_required");

        using var tooLong = await SendAsync(acme, AnySlice.Body, new string('k', 256));
        await Calls.IsProblemAsync(tooLong, 400, "idempotency_key_invalid");
        using var longest = await SendAsync(acme, AnySlice.Body, new string('k', 255));
        Assert.Equal(HttpStatusCode.Created, longest.StatusCode);
    }

    private static string Key() => Guid.NewGuid().ToString("N");

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string body, string key)
    {
        using var request = Calls.Post(body, key);
        return await client.SendAsync(request);
    }
}
