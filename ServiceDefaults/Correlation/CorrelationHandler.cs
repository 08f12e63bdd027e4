namespace OrionPlatform.ServiceDefaults;

/// <summary>Carries the current correlation id on outgoing calls.</summary>
internal sealed class CorrelationHandler : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (CorrelationId.Current is { } id && !request.Headers.Contains(CorrelationId.Header))
        {
            request.Headers.TryAddWithoutValidation(CorrelationId.Header, id);
        }

        return base.SendAsync(request, cancellationToken);
    }
}
