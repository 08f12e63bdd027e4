using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration.UserSecrets;

namespace OrionPlatform.AppHost;

/// <summary>The developer's secrets.json, outside the repository, keyed by the project's UserSecretsId.</summary>
internal static class UserSecrets
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };
    private static readonly JsonDocumentOptions s_lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private static readonly TimeSpan s_lockPatience = TimeSpan.FromSeconds(10);

    public static string FilePath { get; } = PathHelper.GetSecretsPathFromSecretsId(OwnAssembly.UserSecretsId ?? OwnAssembly.Assembly.GetName().Name!);

    /// <summary>The stored value, or the generated one, stored; two AppHosts that start at once agree on one value.</summary>
    public static string GetOrAdd(string key, Func<string> generate)
    {
        var folder = Path.GetDirectoryName(FilePath)!;
        PrivateFiles.CreateFolder(folder);
        using var turn = FileLock.Wait(Path.Combine(folder, "secrets.lock"), s_lockPatience)
            ?? throw new DistributedApplicationException($"The secrets in {folder} are locked by another process; stop it and start again.");
        var secrets = Read();
        if ((secrets[key] ?? Nested(secrets, key)) is JsonValue stored)
        {
            return stored.ToString();
        }

        var value = generate();
        secrets[key] = value;
        PrivateFiles.Replace(FilePath, secrets.ToJsonString(s_indented));
        return value;
    }

    private static JsonObject Read()
    {
        try
        {
            return File.Exists(FilePath) ? JsonNode.Parse(File.ReadAllText(FilePath), documentOptions: s_lenient)?.AsObject() ?? [] : [];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new DistributedApplicationException($"{FilePath} is not a JSON object ({e.Message}); mend or remove it.", e);
        }
    }

    private static JsonNode? Nested(JsonObject secrets, string key) =>
        key.Split(':').Aggregate((JsonNode?)secrets, (node, part) => (node as JsonObject)?[part]);
}
