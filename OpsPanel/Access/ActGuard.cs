using Microsoft.AspNetCore.Http;

namespace OrionPlatform.OpsPanel;

/// <summary>Stands before every act: forged ones get a 403 page and have no effect.</summary>
internal sealed class ActGuard(PanelPages pages, AuditLog audit)
{
    public RequestDelegate Guard(RequestDelegate act) => async http =>
    {
        if (await SameOrigin.AllowsAsync(http))
        {
            await act(http);
            return;
        }

        await audit.ForgeryRefusedAsync(http.Request.Method, http.Request.Path, Client(http));
        await pages.WriteAsync<MessagePage>(
            http, StatusCodes.Status403Forbidden, "Refused", ("Heading", "This was not sent from the panel"), ("Message", "Nothing was done. Reload the page and try again."));
    };

    /// <summary>Whom to name in the audit log.</summary>
    public static string Client(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "unknown";
}
