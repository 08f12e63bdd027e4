using System.Text.Json;

namespace OrionPlatform.LoadTests;

/// <summary>A tenant the api seeds in Development, and the key to act for it.</summary>
internal sealed record TenantKey(string Tenant, string ApiKey, string ProjectId);

/// <summary>Reads the keys that the api writes beside its database in Development.</summary>
internal static class DevKeys
{
    /// <summary>Waits for the file: the api writes it when it starts.</summary>
    /// <exception cref="UsageException">It is not there in time, or is not what it should be.</exception>
    public static async Task<IReadOnlyList<TenantKey>> ReadAsync(string file, TimeSpan within)
    {
        for (var deadline = DateTime.UtcNow + within; ; await Task.Delay(TimeSpan.FromMilliseconds(200)))
        {
            try
            {
                return Parse(file, await File.ReadAllTextAsync(file));
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException
                && DateTime.UtcNow < deadline)
            {
                // Not written yet, or only half.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
            {
                throw new UsageException($"The tenants' keys cannot be read from {file}: {e.Message} Start the platform, or name the file with --keys.");
            }
        }
    }

    private static List<TenantKey> Parse(string file, string json)
    {
        using var document = JsonDocument.Parse(json);
        var keys = document.RootElement.ValueKind == JsonValueKind.Object
            ? document.RootElement.EnumerateObject().Select(t => new TenantKey(t.Name, Text(t.Value, "apiKey"), Text(t.Value, "projectId"))).ToList()
            : [];
        return keys.Count > 0 && keys.All(k => k.ApiKey.Length > 0 && k.ProjectId.Length > 0)
            ? keys
            : throw new UsageException($"{file} has to hold tenants with apiKey and projectId.");
    }

    private static string Text(JsonElement tenant, string name) =>
        tenant.ValueKind == JsonValueKind.Object && tenant.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
