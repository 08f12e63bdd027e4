using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using OrionPlatform.ServiceDefaults;

namespace OrionPlatform.Api;

/// <summary>Options of schemes that have none of their own.</summary>
internal sealed class PlainOptions : AuthenticationSchemeOptions;

/// <summary>A scheme whose refusals are problem documents.</summary>
internal abstract class PlainAuthentication(IOptionsMonitor<PlainOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<PlainOptions>(options, logger, encoder)
{
    /// <summary>The credential after <c>Bearer</c>, or null.</summary>
    protected string? Bearer
    {
        get
        {
            const string Prefix = "Bearer ";
            var header = Request.Headers.Authorization;
            return header.Count == 1 && header[0] is { Length: < 512 } value && value.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
                ? value[Prefix.Length..].Trim()
                : null;
        }
    }

    protected AuthenticateResult Accept(params Claim[] claims) =>
        AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, Scheme.Name)), Scheme.Name));

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.Result(ErrorCatalogue.Unauthenticated).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Problems.Result(ErrorCatalogue.Forbidden).ExecuteAsync(Context);
}
