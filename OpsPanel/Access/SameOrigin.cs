using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace OrionPlatform.OpsPanel;

/// <summary>
/// Refuses forged acts, by two independent rules: the browser must say that the request comes from this very origin, and the form
/// must carry a token that only a page of the same session can know.
/// </summary>
internal static class SameOrigin
{
    /// <summary>Name of the form field with the token.</summary>
    public const string Field = "_token";

    private static readonly byte[] s_purpose = "ops-form-token"u8.ToArray();

    /// <summary>
    /// Whether the browser vouches for the request: <c>Sec-Fetch-Site</c> is <c>same-origin</c>, or, from a browser too old to send
    /// it, <c>Origin</c> names this host. A request with neither is not from a form of ours.
    /// </summary>
    public static bool Vouched(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"];
        if (site.Count > 0)
        {
            return site.Count == 1 && site[0] == "same-origin";
        }

        // The scheme is left out on purpose: behind a proxy that ends TLS this process sees http.
        return Uri.TryCreate(request.Headers.Origin, UriKind.Absolute, out var origin)
            && string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The form token of a session: derived from its secret, so nothing is stored and the cookie itself never reaches a page.</summary>
    public static string Token(string sessionSecret) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(sessionSecret), s_purpose));

    /// <summary>Whether a request that changes something may go on.</summary>
    public static async Task<bool> AllowsAsync(HttpContext http)
    {
        if (!Vouched(http.Request) || SessionCookie.Read(http) is not { } secret || !http.Request.HasFormContentType)
        {
            return false;
        }

        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        return form[Field] is [{ } presented]
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(presented), Encoding.UTF8.GetBytes(Token(secret)));
    }
}
