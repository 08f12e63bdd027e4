using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace OrionPlatform.Api;

/// <summary><c>Authorization: Bearer nk_...</c>: a registered node's agent.</summary>
internal sealed class NodeAuthentication(IOptionsMonitor<PlainOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    DomainStore store)
    : PlainAuthentication(options, logger, encoder)
{
    public const string SchemeName = "Node";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Bearer is not { } token)
        {
            return AuthenticateResult.NoResult();
        }

        using var span = Spans.Start("api.nodes.resolve");
        if (await store.ReadAsync(tx => Nodes.AuthenticateAsync(tx, token), Context.RequestAborted) is not { } nodeId)
        {
            return AuthenticateResult.Fail("Unknown node credential.");
        }

        Canon.User(nodeId);
        return Accept(new Claim(ClaimTypes.NameIdentifier, nodeId));
    }
}
