using System.CommandLine;
using System.Text.Json;
using Orion.LoadTesting;

namespace OrionPlatform.LoadTests;

/// <summary>A tenant the api seeds in Development, and the key to act for it.</summary>
internal sealed record TenantKey(string Tenant, string ApiKey, string ProjectId);

/// <summary>Reads the keys that the api writes beside its database in Development.</summary>
internal static class DevKeys
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    public static Option<FileInfo?> Option { get; } = new("--keys")
    {
        HelpName = "FILE",
        Description = "The tenants' keys (dev-keys.json). Without it .data/dev-keys.json of this solution",
    };

    /// <summary>The file named, else the one of the platform that the run started, else the solution's.</summary>
    public static string FileOf(LoadRun run) => run.ValueOf(Option)?.FullName
        ?? Path.Combine(run.DataFolder ?? Path.Combine(run.SolutionFolder ?? ".", ".data"), "dev-keys.json");

    /// <summary>Waits for the file: the api writes it when it starts.</summary>
    /// <exception cref="LoadTestException">It is not there in time, or is not what it should be.</exception>
    public static async Task<IReadOnlyList<TenantKey>> ReadAsync(string file, TimeSpan within, CancellationToken stop)
    {
        for (var deadline = DateTime.UtcNow + within; ; await Task.Delay(s_look, stop))
        {
            try
            {
                return Parse(file, await File.ReadAllTextAsync(file, stop));
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException
                && DateTime.UtcNow < deadline)
            {
                // Not written yet, or only half.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
            {
                throw new LoadTestException(
                    $"The tenants' keys cannot be read from {file}: {e.Message} Start the platform, or name the file with --keys.");
            }
        }
    }

    private static List<TenantKey> Parse(string file, string json)
    {
        using var document = JsonDocument.Parse(json);
        var tenants = document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.EnumerateObject().ToList() : [];
        var keys = tenants.ConvertAll(t => new TenantKey(t.Name, Text(t.Value, "apiKey"), Text(t.Value, "projectId")));
        return keys.Count > 0 && keys.TrueForAll(k => k.ApiKey.Length > 0 && k.ProjectId.Length > 0)
            ? keys
            : throw new LoadTestException($"{file} has to hold tenants with apiKey and projectId.");
    }

    private static string Text(JsonElement tenant, string name) =>
        tenant.ValueKind == JsonValueKind.Object && tenant.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";
}
