using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace OrionPlatform.Api;

/// <summary><c>Authorization: Bearer ok_...</c>: the public API. The tenant comes from the key and from nowhere else.</summary>
internal sealed class ApiKeyAuthentication(IOptionsMonitor<PlainOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    Members members, ApiAudit audit)
    : PlainAuthentication(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";

    // There was a key. One that is wrong has an audit entry; none at all has not.
    private bool _isWrong;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Bearer is not { } key)
        {
            return AuthenticateResult.NoResult();
        }

        if (!key.StartsWith("ok_", StringComparison.Ordinal)
            || await members.AuthenticateAsync(key, Context.RequestAborted) is not { } principal)
        {
            _isWrong = true;
            return AuthenticateResult.Fail("Unknown or revoked key.");
        }

        Context.Items[typeof(Principal)] = principal;
        Canon.Tenant(principal.TenantSlug, principal.TenantId);
        Canon.User(principal.ApiKeyId);
        return Accept(new Claim(ClaimTypes.NameIdentifier, principal.ApiKeyId), new Claim(ClaimTypes.Role, principal.Role));
    }

    protected override void Refused()
    {
        if (_isWrong)
        {
            audit.KeyRefused(null, ErrorCatalogue.Unauthenticated, Request.Path);
        }
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        audit.KeyRefused(Context.Caller(), ErrorCatalogue.Forbidden, Request.Path);
        return base.HandleForbiddenAsync(properties);
    }
}

/// <summary>Reads back who the request is.</summary>
internal static class CallerExtensions
{
    public static Principal Caller(this HttpContext http) => (Principal)http.Items[typeof(Principal)]!;
}
