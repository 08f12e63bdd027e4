using System.Security.Cryptography;
using System.Text;

namespace OrionPlatform.Domain;

/// <summary>
/// A node's credential: <c>nk_{node}_{secret}</c>. The secret has 256 random bits, so its plain SHA-256 is all that need be kept; the id in
/// front finds the row, so that the comparison of the rest can take constant time.
/// </summary>
internal static class NodeSecret
{
    private const string Prefix = "nk_";

    internal static (string Token, string Hash) New(string nodeId)
    {
        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        return (Prefix + nodeId["nd_".Length..] + "_" + secret, Hash(secret));
    }

    internal static bool TryRead(string token, out string nodeId, out string secret)
    {
        nodeId = secret = "";
        var parts = token.Split('_');
        if (token.Length > 200 || parts is not ["nk", { Length: 32 } id, { Length: 64 } presented])
        {
            return false;
        }

        nodeId = "nd_" + id;
        secret = presented;
        return true;
    }

    internal static bool Matches(string secret, string hash) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Hash(secret)), Encoding.ASCII.GetBytes(hash));

    private static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(secret)));
}
