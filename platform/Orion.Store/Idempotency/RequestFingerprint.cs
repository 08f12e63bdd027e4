using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Orion.Store.Idempotency;

/// <summary>Says whether two requests ask for the same thing.</summary>
public static class RequestFingerprint
{
    /// <summary>
    /// SHA-256 over the target (path and query) and the body. A JSON body counts by its content: white space and the order of members make
    /// no difference; any other body counts by its bytes.
    /// </summary>
    public static byte[] Of(string target, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(target);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(target));
        var canonical = Canonical(body);

        // A byte that no target contains, then one that keeps text and JSON of the same bytes apart.
        hash.AppendData([0, canonical is null ? (byte)0 : (byte)1]);
        hash.AppendData(canonical ?? body);
        return hash.GetHashAndReset();
    }

    private static byte[]? Canonical(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            if (reader.Read())
            {
                return null;
            }

            using var bytes = new MemoryStream(body.Length);
            using (var writer = new Utf8JsonWriter(bytes))
            {
                Write(writer, document.RootElement);
            }

            return bytes.ToArray();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in element.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
