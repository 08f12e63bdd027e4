using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Gives every client of the factory its handlers, by the client's name.</summary>
internal sealed class OutgoingFilter(IOptionsMonitor<OutgoingOptions> options, Breakers breakers, TimeProvider time) : IHttpMessageHandlerBuilderFilter
{
    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        var name = builder.Name ?? "";
        var own = options.Get(name);
        builder.AdditionalHandlers.Insert(0, new CorrelationHandler());
        if (own.Resilience)
        {
            builder.AdditionalHandlers.Insert(1, new OutgoingHandler(name, own, breakers, time));
        }
    };
}
