using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OrionPlatform.OpsPanel;

/// <summary>ASP.NET Core's view of a panel session: the cookie becomes a principal; without one the login page answers, with too small a role the 403 page.</summary>
internal sealed class SessionAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, Sessions sessions, PanelPages pages, AuditLog audit)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public new const string Scheme = "ops-session";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // With no other scheme in the host this one is the default and is asked on every request; only the panel's are its business.
        if (!Request.Path.StartsWithSegments(PanelPath.Root, StringComparison.OrdinalIgnoreCase) || await sessions.AuthenticateAsync(Context) is not { } session)
        {
            return AuthenticateResult.NoResult();
        }

        var identity = new ClaimsIdentity(Scheme, ClaimTypes.Name, ClaimTypes.Role);
        identity.AddClaim(new Claim(ClaimTypes.NameIdentifier, session.Id));
        identity.AddClaim(new Claim(ClaimTypes.Name, session.Stored.Name));
        if (session.Stored.Role is { } role)
        {
            identity.AddClaim(new Claim(ClaimTypes.Role, role));
        }

        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "OpsLogin";
        return pages.WriteAsync<LoginPage>(Context, StatusCodes.Status401Unauthorized, "Sign in");
    }

    protected override async Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var session = Sessions.Current(Context);
        await audit.ForbiddenAsync(session.Id, session.Role, Request.Method, Request.Path);
        await pages.WriteAsync<ForbiddenPage>(Context, StatusCodes.Status403Forbidden, "Not allowed", ("Role", session.Stored.Role));
    }
}
