using System.Net;
using OrionPlatform.Api;

namespace OrionPlatform.Services.Tests;

/// <summary>Who is too fast is told when to come again, and nobody else is.</summary>
[Trait("Store", "once")]
public sealed class RateLimitTests
{
    [Theory]
    [InlineData("PerKey")]
    [InlineData("PerTenant")]
    public async Task A_caller_that_is_too_fast_is_told_to_wait_and_others_are_not(string limit)
    {
        await using var api = await ApiUnderTest.StartAsync(settings: $"--Orion:RateLimits:{limit}=3");
        var (acme, globex) = (api.Tenant("acme"), api.Tenant("globex"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => acme.GetAsync(new Uri(AnySlice.Path, UriKind.Relative))));

        var refused = answers.Where(a => a.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        Assert.NotEmpty(refused);
        Assert.InRange(answers.Count(a => a.StatusCode == HttpStatusCode.OK), 3, 19);
        foreach (var answer in refused)
        {
            await Calls.IsProblemAsync(answer, 429, "too_many_requests");
            Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }

        using var other = await globex.GetAsync(new Uri(AnySlice.Path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Array.ForEach(answers, a => a.Dispose());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(15)]
    [InlineData(99)]
    [InlineData(500)]
    [InlineData(1_000_000)]
    public void A_bucket_fills_at_the_rate_that_was_set_whether_or_not_ten_divides_it(int perSecond)
    {
        var bucket = RateLimits.Bucket(perSecond);

        Assert.Equal(perSecond, bucket.TokensPerPeriod / bucket.ReplenishmentPeriod.TotalSeconds, perSecond / 1000.0);
        Assert.InRange(bucket.ReplenishmentPeriod, TimeSpan.FromMilliseconds(60), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_limit_that_cannot_be_one_is_named_at_start()
    {
        var failed = await Assert.ThrowsAnyAsync<Exception>(() => ApiUnderTest.StartAsync(settings: "--Orion:RateLimits:PerKey=0"));
        Assert.Contains("Orion:RateLimits", failed.Message, StringComparison.Ordinal);
    }
}
