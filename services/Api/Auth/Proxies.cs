using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace OrionPlatform.Api;

/// <summary>The proxies that may say whom they speak for, section <c>Orion:Proxies</c>.</summary>
internal sealed class ProxyOptions : IValidatableObject
{
    public const string Section = "Orion:Proxies";

    /// <summary>
    /// Addresses (<c>10.0.0.7</c>) and networks (<c>10.0.0.0/24</c>) of the proxies in front of the api. With none, <c>X-Forwarded-For</c>
    /// is nobody's word.
    /// </summary>
    public IList<string> Known { get; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Known.All(k => IPAddress.TryParse(k, out _) || IPNetwork.TryParse(k, out _))
            ? []
            : [new("Orion:Proxies:Known must have addresses such as 10.0.0.7 and networks such as 10.0.0.0/24.", [nameof(Known)])];
}

/// <summary>
/// Takes the client's address and scheme from <c>X-Forwarded-For</c> and <c>-Proto</c>, where the request comes from a known proxy.
/// </summary>
internal static class ProxiesExtensions
{
    internal static void AddProxies(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ProxyOptions>().BindConfiguration(ProxyOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<ForwardedHeadersOptions>().PostConfigure<IOptions<ProxyOptions>>(Configure);
    }

    internal static void UseProxies(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<ProxyOptions>>().Value.Known.Count > 0)
        {
            app.UseForwardedHeaders();
        }
    }

    private static void Configure(ForwardedHeadersOptions headers, IOptions<ProxyOptions> options)
    {
        if (options.Value.Known.Count == 0)
        {
            return;
        }

        headers.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;

        // As many hops as are known, from the nearest on; the first that is not known is the client.
        headers.ForwardLimit = null;
        headers.KnownProxies.Clear();
        headers.KnownIPNetworks.Clear();
        foreach (var known in options.Value.Known)
        {
            if (IPAddress.TryParse(known, out var address))
            {
                headers.KnownProxies.Add(address);
            }
            else
            {
                headers.KnownIPNetworks.Add(IPNetwork.Parse(known));
            }
        }
    }
}
