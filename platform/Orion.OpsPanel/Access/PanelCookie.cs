using Microsoft.AspNetCore.Http;

namespace Orion.OpsPanel.Access;

/// <summary>A cookie of the panel: HttpOnly, host-only, and over https Secure and named so that a browser takes it only as such.</summary>
/// <remarks>
/// SameSite is Lax, not Strict. A link opened from a mail or a chat is a cross-site navigation. With Strict, the redirect after a login
/// link would arrive without the session just made; and a page opened by any link would arrive without the antiforgery cookie, be given a
/// new one, and so spoil the forms of all other open pages. Nothing is lost by Lax: it withholds both cookies from the posts of other
/// sites.
/// </remarks>
internal sealed class PanelCookie : CookieBuilder
{
    private readonly IHttpContextAccessor _current;
    private readonly string _name;
    private readonly string _path;

    public PanelCookie(IHttpContextAccessor current, string name, string path)
    {
        (_current, _name, _path) = (current, name, path);
        (HttpOnly, IsEssential, SameSite, SecurePolicy) = (true, true, SameSiteMode.Lax, CookieSecurePolicy.SameAsRequest);
    }

    // Browsers share cookies between the ports of a host, so two platforms on one developer's machine need two names.
    /// <inheritdoc/>
    public override string? Name => _current.HttpContext?.Request is { } request
        ? (request.IsHttps ? "__Secure-" : "") + _name + (request.Host.Port is { } port and not (80 or 443) ? $"-{port}" : "")
        : _name;

    /// <inheritdoc/>
    public override string? Path => (_current.HttpContext?.Request.PathBase ?? PathString.Empty).Add(_path);
}
