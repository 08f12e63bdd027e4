using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Orion.Store.Jobs;
using Orion.Telemetry.Requests;

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
        var failures = Context.RequestServices.GetRequiredService<FailedAuthentications>();
        var wait = failures.Failed(Scheme.Name, Context.Connection.RemoteIpAddress);
        if (wait > TimeSpan.Zero)
        {
            Response.Headers.RetryAfter = FailedAuthentications.Seconds(wait).ToString(CultureInfo.InvariantCulture);
            return RefuseAsync(ErrorCatalogue.TooManyRequests, "Too many requests from this address had no valid credentials.");
        }

        Refused();
        Response.Headers.WWWAuthenticate = "Bearer";
        return RefuseAsync(ErrorCatalogue.Unauthenticated);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => RefuseAsync(ErrorCatalogue.Forbidden);

    /// <summary>Told of each refusal that is not throttled: what is noted of those cannot be flooded.</summary>
    protected virtual void Refused()
    {
    }

    /// <summary>Answers with that error.</summary>
    protected virtual Task RefuseAsync(CatalogueError error, string? detail = null) => Problems.Result(error, detail).ExecuteAsync(Context);
}
