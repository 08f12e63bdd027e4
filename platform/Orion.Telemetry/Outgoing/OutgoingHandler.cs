using Orion.Telemetry.Correlation;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Orion.Telemetry.Outgoing;

/// <summary>
/// The outermost handler of every client: carries the correlation id, says which circuit the call belongs to, and puts the pipeline's
/// refusals into words that name client and host.
/// </summary>
internal sealed class OutgoingHandler(string client, Breakers? breakers) : DelegatingHandler
{
    private static readonly HttpRequestOptionsKey<string> s_circuit = new("orion.circuit");

    /// <summary>
    /// The circuit of a call; empty for one that has none: its client wants none, or it is synchronous, as telemetry's own exports are.
    /// </summary>
    public static string CircuitOf(HttpRequestMessage request) => request.Options.TryGetValue(s_circuit, out var circuit) ? circuit : "";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (CorrelationId.Current is { } id && !request.Headers.Contains(CorrelationId.Header))
        {
            request.Headers.TryAddWithoutValidation(CorrelationId.Header, id);
        }

        if (breakers is null)
        {
            return base.SendAsync(request, cancellationToken);
        }

        var host = request.RequestUri?.Authority ?? "";
        request.Options.Set(s_circuit, breakers.CircuitOf(client, host));
        return SendAsync(request, host, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string host, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (TimeoutRejectedException exception)
        {
            throw new TimeoutException($"The call of \"{client}\" to {host} took longer than {exception.Timeout.TotalSeconds:0.###} s.",
                exception);
        }
        catch (BrokenCircuitException exception)
        {
            throw new HttpRequestException(
                HttpRequestError.ConnectionError, $"The circuit of \"{client}\" to {host} is open after repeated failures.", exception);
        }
    }
}
