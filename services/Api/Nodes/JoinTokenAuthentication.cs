using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace OrionPlatform.Api;

/// <summary>
/// A secret that the api shares with those who call an endpoint: compared in constant time, and closed while none is configured.
/// </summary>
internal abstract class SharedSecretAuthentication(IOptionsMonitor<PlainOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : PlainAuthentication(options, logger, encoder)
{
    protected abstract string? Presented { get; }

    protected abstract string? Expected { get; }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
        (Presented, Expected) is ({ Length: > 0 } presented, { Length: > 0 } expected) && Same(presented, expected)
            ? Accept()
            : AuthenticateResult.Fail("Wrong secret."));

    // Hashed first, so that the comparison takes the same time whatever the lengths.
    private static bool Same(string a, string b) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(a)), SHA256.HashData(Encoding.UTF8.GetBytes(b)));
}

/// <summary>The join token a node registers with.</summary>
internal sealed class JoinTokenAuthentication(IOptionsMonitor<PlainOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    IOptions<SharedSecrets> secrets)
    : SharedSecretAuthentication(options, logger, encoder)
{
    public const string SchemeName = "NodeJoin";

    protected override string? Presented => Bearer;

    protected override string? Expected => secrets.Value.JoinToken;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // No node yet: what is found out is that it may become one.
        using var span = Spans.Start("api.nodes.resolve");
        return await base.HandleAuthenticateAsync();
    }
}

/// <summary>The shared secrets. One that is not set closes what it opens.</summary>
internal sealed class SharedSecrets
{
    public const string Section = "Orion:Node";

    [MinLength(16, ErrorMessage = "Orion:Node:JoinToken must have at least 16 characters, or be absent, which closes node registration.")]
    public string? JoinToken { get; set; }
}
