using Microsoft.AspNetCore.Http;

namespace OrionPlatform.OpsPanel;

/// <summary>
/// The cookie that holds a session's secret: HttpOnly, host-only, limited to the panel's path, Secure over https.
/// </summary>
/// <remarks>
/// SameSite is Lax, not Strict: a login link opened from a mail or a chat is a cross-site navigation, and with Strict the redirect
/// that follows it would arrive without the cookie just set. Nothing is lost by it: every act is a POST that Lax withholds from
/// other sites, and <see cref="SameOrigin"/> and the form token refuse forgeries on their own.
/// </remarks>
internal static class SessionCookie
{
    public static string? Read(HttpContext http) => http.Request.Cookies.TryGetValue(Name(http.Request), out var value) && value.Length > 0 ? value : null;

    public static void Write(HttpContext http, string secret) => http.Response.Cookies.Append(Name(http.Request), secret, Options(http));

    public static void Clear(HttpContext http) => http.Response.Cookies.Delete(Name(http.Request), Options(http));

    // Browsers share cookies between the ports of a host, so two platforms on one developer's machine need two names.
    private static string Name(HttpRequest request) =>
        (request.IsHttps ? "__Secure-" : "") + "orion-ops" + (request.Host.Port is { } port and not (80 or 443) ? $"-{port}" : "");

    private static CookieOptions Options(HttpContext http) => new()
    {
        HttpOnly = true,
        Secure = http.Request.IsHttps,
        SameSite = SameSiteMode.Lax,
        Path = PanelPath.Base(http),
        IsEssential = true,
    };
}
