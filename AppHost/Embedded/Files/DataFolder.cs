namespace OrionPlatform.AppHost;

/// <summary>The folder <c>Data:Directory</c>: one AppHost at a time, and what the last one left running is found again.</summary>
internal sealed class DataFolder : IDisposable
{
    private static readonly TimeSpan s_cleanUpPatience = TimeSpan.FromSeconds(20);
    private readonly FileStream _mine;

    private DataFolder(string path, FileStream mine, string? lastRunId)
    {
        Path = path;
        _mine = mine;
        LastRunId = lastRunId;
    }

    public string Path { get; }

    /// <summary>Run id of the AppHost that used the folder before; null for a new folder.</summary>
    public string? LastRunId { get; }

    /// <summary>Takes the folder, or returns null when the application has none.</summary>
    /// <exception cref="DistributedApplicationException">Another AppHost has it, or it cannot be made.</exception>
    public static DataFolder? Take(string? configured, string runId)
    {
        if (string.IsNullOrEmpty(configured))
        {
            return null;
        }

        var path = System.IO.Path.GetFullPath(configured);
        try
        {
            PrivateFiles.CreateFolder(path);
            return TakeMade(path, runId);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException($"The data folder {path} cannot be used: {e.Message} Choose another with --Data:Directory=FOLDER.", e);
        }
    }

    /// <summary>Held by the guard for as long as it lives, so that a new AppHost waits until the old one's processes are gone.</summary>
    public static string GuardLock(string folder) => System.IO.Path.Combine(folder, "guard.lock");

    public void Dispose() => _mine.Dispose();

    private static DataFolder TakeMade(string path, string runId)
    {
        var note = System.IO.Path.Combine(path, "apphost.run");
        var lockFile = FileLock.Try(System.IO.Path.Combine(path, "apphost.lock"));
        var before = File.Exists(note) ? File.ReadAllLines(note) : [];
        if (lockFile is null)
        {
            throw new DistributedApplicationException(
                $"Another AppHost{(before is [var pid, ..] ? $" (process {pid})" : "")} is using the data folder {path}; stop it, or choose another folder with --Data:Directory=FOLDER.");
        }

        FileLock.Wait(GuardLock(path), s_cleanUpPatience)?.Dispose();
        File.WriteAllLines(note, [$"{Environment.ProcessId}", runId]);
        return new DataFolder(path, lockFile, before.ElementAtOrDefault(1));
    }
}
