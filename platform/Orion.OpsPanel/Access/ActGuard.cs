using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Orion.OpsPanel.Audit;
using Orion.OpsPanel.Shell;

namespace Orion.OpsPanel.Access;

/// <summary>
/// Stands before every request of the panel that is not a mere read: a forged one gets a 403 page and has no effect. Two independent rules:
/// the antiforgery token must fit, and the browser must say that the request comes from this very origin.
/// </summary>
internal sealed class ActGuard(IAntiforgery antiforgery, PanelPages pages, AuditLog audit)
{
    /// <summary>A convention for the panel's endpoints.</summary>
    public void Protect(EndpointBuilder endpoint)
    {
        var act = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = http => GuardAsync(http, act);
    }

    /// <summary>Whom to name in the audit log.</summary>
    public static string Client(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    private async Task GuardAsync(HttpContext http, RequestDelegate act)
    {
        if (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) || await AllowsAsync(http))
        {
            await act(http);
            return;
        }

        await audit.ForgeryRefusedAsync(http.Request.Method, http.Request.Path, Client(http));
        await pages.WriteAsync<MessagePage>(
            http,
            StatusCodes.Status403Forbidden,
            "Refused",
            ("Heading", "This was not sent from the panel"),
            ("Message", "Nothing was done. Reload the page and try again."));
    }

    private async Task<bool> AllowsAsync(HttpContext http)
    {
        if (!Vouched(http.Request) || !http.Request.HasFormContentType)
        {
            return false;
        }

        await http.Request.ReadFormAsync(http.RequestAborted); // First, so that a body that is too large is refused as that.
        return await antiforgery.IsRequestValidAsync(http);
    }

    // Sec-Fetch-Site is same-origin, or, from a browser too old to send it, Origin names this host. A request with neither is from no page
    // of ours.
    private static bool Vouched(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"];
        if (site.Count > 0)
        {
            return site.Count == 1 && site[0] == "same-origin";
        }

        // The scheme is left out on purpose: behind a proxy that ends TLS this process sees http.
        return Uri.TryCreate(request.Headers.Origin, UriKind.Absolute, out var origin)
            && string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
