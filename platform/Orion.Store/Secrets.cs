using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Orion.Store;

/// <summary>Secrets that are shown once: 256 random bits need no slow hash, since nobody can try them all.</summary>
public static class Secrets
{
    /// <summary>256 random bits as base64url (43 characters).</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>SHA-256 of the text. Looking one up by it tells an attacker nothing: he cannot steer the hash.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
