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

/// <summary>Who may reach the node API, and which node it is.</summary>
internal static class NodeAccess
{
    public const string Node = "node";
    public const string NodeJoin = "node-join";

    public static string NodeId(this HttpContext http) => http.User.FindFirstValue(ClaimTypes.NameIdentifier)!;

    internal static void AddNodeAuth(this WebApplicationBuilder builder)
    {
        builder.Services.AddAuthentication()
            .AddScheme<PlainOptions, NodeAuthentication>(NodeAuthentication.SchemeName, null)
            .AddScheme<PlainOptions, JoinTokenAuthentication>(JoinTokenAuthentication.SchemeName, null);
        builder.Services.AddOptions<SharedSecrets>().BindConfiguration(SharedSecrets.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy(Node, p => p.AddAuthenticationSchemes(NodeAuthentication.SchemeName).RequireAuthenticatedUser())
            .AddPolicy(NodeJoin, p => p.AddAuthenticationSchemes(JoinTokenAuthentication.SchemeName).RequireAuthenticatedUser());
    }
}
