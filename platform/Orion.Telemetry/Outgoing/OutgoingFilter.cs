using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace Orion.Telemetry.Outgoing;

/// <summary>Gives every client of the factory its outermost handler, which has to know the client's name.</summary>
internal sealed class OutgoingFilter(IOptionsMonitor<OutgoingOptions> options, Breakers breakers) : IHttpMessageHandlerBuilderFilter
{
    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        var name = builder.Name ?? "";
        builder.AdditionalHandlers.Insert(0, new OutgoingHandler(name, options.Get(name).Resilience ? breakers : null));
    };
}
