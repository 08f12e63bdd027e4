using System.Collections.Concurrent;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Total timeout, retries with jitter, a circuit breaker for each host, attempt timeout: around every outgoing call.</summary>
internal sealed class OutgoingHandler(string client, OutgoingOptions options, Breakers breakers, TimeProvider time) : DelegatingHandler
{
    private const int MaxHosts = 256;
    private static readonly ResiliencePropertyKey<HttpRequestMessage> s_request = new("request");

    // Bounded by MaxHosts: calls to further hosts share one circuit.
    private readonly ConcurrentDictionary<string, ResiliencePipeline<HttpResponseMessage>> _pipelines = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var host = request.RequestUri?.Authority ?? "";
        var pipeline = _pipelines.TryGetValue(host, out var known) ? known
            : _pipelines.GetOrAdd(_pipelines.Count < MaxHosts ? host : "(other)", Build);
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(s_request, request);
        try
        {
            return await pipeline.ExecuteAsync(
                static (c, self) => new ValueTask<HttpResponseMessage>(self.Handler.AttemptAsync(self.Request, c.CancellationToken)), context, (Handler: this, Request: request));
        }
        catch (TimeoutRejectedException exception)
        {
            throw new TimeoutException($"The call of \"{client}\" to {host} took longer than {exception.Timeout.TotalSeconds:0.###} s.", exception);
        }
        catch (BrokenCircuitException exception)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"The circuit of \"{client}\" to {host} is open after repeated failures.", exception);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private Task<HttpResponseMessage> AttemptAsync(HttpRequestMessage request, CancellationToken cancellationToken) => base.SendAsync(request, cancellationToken);

    private ResiliencePipeline<HttpResponseMessage> Build(string host)
    {
        breakers.Set(client, host, "closed");
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time };
        builder.AddTimeout(options.TotalTimeout);
        if (options.Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = options.Retries,
                Delay = options.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = static a => new(a.Context.Properties.TryGetValue(s_request, out var request) && SafeRetry.Allows(request, a.Outcome)),
                DelayGenerator = static a => new(SafeRetry.RetryAfter(a.Outcome.Result)),
                OnRetry = static a =>
                {
                    a.Outcome.Result?.Dispose();
                    return default;
                },
            });
        }

        return builder
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
            {
                FailureRatio = options.BreakerFailureRatio,
                MinimumThroughput = options.BreakerMinimumCalls,
                SamplingDuration = options.BreakerWindow,
                BreakDuration = options.BreakerPause,
                ShouldHandle = static a => new(SafeRetry.IsFailure(a.Outcome)),
                OnOpened = _ => Publish(host, "open"),
                OnClosed = _ => Publish(host, "closed"),
                OnHalfOpened = _ => Publish(host, "half_open"),
            })
            .AddTimeout(options.AttemptTimeout)
            .Build();
    }

    private ValueTask Publish(string host, string state)
    {
        breakers.Set(client, host, state);
        return default;
    }
}
