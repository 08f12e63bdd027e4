using System.Data.Common;
using System.Text.Json;

namespace OrionPlatform.Api;

/// <summary>A demo tenant's key.</summary>
internal sealed record DevKey(string ApiKey, string ProjectId);

/// <summary>
/// <c>dev-keys.json</c> beside the store's file, or beside the telemetry's folder where the store is a server:
/// <c>{"acme":{"apiKey":"...","projectId":"..."},...}</c>, mode 0600.
/// </summary>
internal sealed class DevKeysFile(string path)
{
    private static readonly TimeSpan s_lockPatience = TimeSpan.FromSeconds(20);
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public string Path { get; } = path;

    public static DevKeysFile Beside(IConfiguration configuration)
    {
        var database = Part("store", "Data Source") ?? Part("telemetry", "Directory")
            ?? throw new InvalidOperationException("Neither ConnectionStrings:store nor ConnectionStrings:telemetry names a path.");
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(database).TrimEnd(System.IO.Path.DirectorySeparatorChar))!;
        return new DevKeysFile(System.IO.Path.Combine(folder, "dev-keys.json"));

        string? Part(string name, string key) =>
            new DbConnectionStringBuilder { ConnectionString = configuration.GetConnectionString(name) }.TryGetValue(key, out var value)
                ? (string)value
                : null;
    }

    /// <summary>Keeps other replicas of the api out until it is disposed.</summary>
    public async Task<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_lockPatience);
        while (true)
        {
            try
            {
                return new FileStream(Path + ".lock", Private(FileMode.OpenOrCreate));
            }
            catch (IOException) when (!patience.IsCancellationRequested)
            {
                await Task.Delay(20, cancellationToken);
            }
        }
    }

    /// <summary>What the file says; empty when it is not there or makes no sense, which is mended alike.</summary>
    public IReadOnlyDictionary<string, DevKey?> Read()
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, DevKey?>>(File.ReadAllBytes(Path), s_json) ?? [];
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return new Dictionary<string, DevKey?>();
        }
    }

    /// <summary>Replaces it whole: a reader sees the old file or the new one.</summary>
    public void Write(IReadOnlyDictionary<string, DevKey> keys)
    {
        var aside = Path + ".new";
        File.Delete(aside);
        using (var file = new FileStream(aside, Private(FileMode.CreateNew)))
        {
            JsonSerializer.Serialize(file, keys, s_json);
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, Path, overwrite: true);
    }

    private static FileStreamOptions Private(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }
}
