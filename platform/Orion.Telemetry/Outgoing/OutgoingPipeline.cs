using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;

namespace Orion.Telemetry.Outgoing;

/// <summary>
/// Total timeout, retries with jitter, circuit breaker, attempt timeout: the standard resilience handler's order, with a client's own
/// options and a circuit for each client and host, which the standard handler cannot have where it is every client's default.
/// </summary>
internal static class OutgoingPipeline
{
    public const string Name = "outgoing";

    public static void Build(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, ResilienceHandlerContext context)
    {
        var breakers = context.ServiceProvider.GetRequiredService<Breakers>();
        if (breakers.Begin(context.InstanceName) is not { } circuit)
        {
            return;
        }

        var options = context.ServiceProvider.GetRequiredService<IOptionsMonitor<OutgoingOptions>>().Get(circuit.Client);
        pipeline.TimeProvider = context.ServiceProvider.GetRequiredService<TimeProvider>();
        pipeline.AddTimeout(new HttpTimeoutStrategyOptions { Name = "Total", Timeout = options.TotalTimeout });
        if (options.Retries > 0)
        {
            // Exponential with jitter, and as late as Retry-After asks, by default.
            pipeline.AddRetry(new HttpRetryStrategyOptions
            {
                MaxRetryAttempts = options.Retries,
                Delay = options.RetryDelay,
                ShouldHandle = static a => new(a.Context.GetRequestMessage() is { } request && SafeRetry.Allows(request, a.Outcome)),
            });
        }

        pipeline.AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
        {
            FailureRatio = options.BreakerFailureRatio,
            MinimumThroughput = options.BreakerMinimumCalls,
            SamplingDuration = options.BreakerWindow,
            BreakDuration = options.BreakerPause,
            ShouldHandle = static a => new(SafeRetry.IsFailure(a.Outcome)),
            OnOpened = _ => Publish("open"),
            OnClosed = _ => Publish("closed"),
            OnHalfOpened = _ => Publish("half_open"),
        });
        pipeline.AddTimeout(new HttpTimeoutStrategyOptions { Name = "Attempt", Timeout = options.AttemptTimeout });

        ValueTask Publish(string state)
        {
            breakers.Set(circuit, state);
            return default;
        }
    }
}
