using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Orion.Sink.Otlp;

namespace OrionPlatform.Api;

/// <summary>A key that telemetry is sent in with; <c>http.Items</c> has its sender then.</summary>
internal sealed class OtlpKeyAuthentication(IOptionsMonitor<PlainOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    IngestKeys keys)
    : PlainAuthentication(options, logger, encoder)
{
    public const string SchemeName = "Otlp";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers["x-otlp-api-key"] is not [{ Length: > 0 and < 512 } secret] || keys.Find(secret) is not { } sender)
        {
            return Task.FromResult(AuthenticateResult.Fail("Wrong key."));
        }

        Context.Items[typeof(OtlpSender)] = sender;
        return Task.FromResult(Accept(new Claim(ClaimTypes.NameIdentifier, sender.Name)));
    }
}
