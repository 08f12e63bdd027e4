using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Orion.Telemetry.Requests;

namespace OrionPlatform.Api;

/// <summary>How fast callers of the public API may be, section <c>Orion:RateLimits</c>.</summary>
internal sealed class RateLimitOptions
{
    public const string Section = "Orion:RateLimits";

    /// <summary>Requests a second of one API key, 1 to 1,000,000. As many may come at once after a pause of a second.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Orion:RateLimits:PerKey must lie between 1 and 1000000.")]
    public int PerKey { get; set; } = 500;

    /// <summary>Requests a second of all keys of one tenant, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Orion:RateLimits:PerTenant must lie between 1 and 1000000.")]
    public int PerTenant { get; set; } = 1_000;
}

/// <summary>
/// Each API key and each tenant has a bucket of tokens; a request that finds one of them empty is refused with <c>Retry-After</c>. Counted
/// per process. Callers without a valid key are throttled by address instead.
/// </summary>
internal static class RateLimits
{
    // Ten times a second, so that a caller who is a little too fast waits for a little, not for a second.
    private static readonly TimeSpan s_refill = TimeSpan.FromMilliseconds(100);

    internal static void AddRateLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddRateLimiter(o => o.OnRejected = RefuseAsync);
        builder.Services.AddOptions<RateLimiterOptions>().Configure<IOptions<RateLimitOptions>>((limiter, limits) => limiter.GlobalLimiter =
            PartitionedRateLimiter.CreateChained(By(c => c.ApiKeyId, limits.Value.PerKey), By(c => c.TenantId, limits.Value.PerTenant)));
    }

    private static PartitionedRateLimiter<HttpContext> By(Func<Domain.Principal, string> key, int perSecond) =>
        PartitionedRateLimiter.Create<HttpContext, string>(http => http.Items[typeof(Domain.Principal)] is Domain.Principal caller
            ? RateLimitPartition.GetTokenBucketLimiter(key(caller), _ => Bucket(perSecond))
            : RateLimitPartition.GetNoLimiter(""));

    /// <summary>Refilled about ten times a second, and at exactly that rate: a period is as long as its whole tokens take.</summary>
    internal static TokenBucketRateLimiterOptions Bucket(int perSecond)
    {
        var tokens = Math.Max(1, perSecond / 10);
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = perSecond,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = TimeSpan.FromSeconds((double)tokens / perSecond),
            QueueLimit = 0,
        };
    }

    private static async ValueTask RefuseAsync(OnRejectedContext rejected, CancellationToken cancellationToken)
    {
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var retryAfter) ? retryAfter : s_refill;
        Canon.Tag("rate_limited", true);
        rejected.HttpContext.Response.Headers.RetryAfter = FailedAuthentications.Seconds(wait).ToString(CultureInfo.InvariantCulture);
        await Problems.Result(ErrorCatalogue.TooManyRequests, "The key or its tenant sends more than it may.")
            .ExecuteAsync(rejected.HttpContext);
    }
}
