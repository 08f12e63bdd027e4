namespace OrionPlatform.NodeAgent;

/// <summary>The agent's state folder. One agent at a time holds it, or the guard of a dead one; a killed one lets go at once.</summary>
internal sealed class WorkloadFolder : IDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);
    private readonly FileStream _lock;

    private WorkloadFolder(string root, FileStream holding)
    {
        Root = root;
        _lock = holding;
        StateFiles.MakeFolder(RecordFolder);
        StateFiles.MakeFolder(OutputFolder);
    }

    /// <summary>Takes the folder; null when somebody else holds it.</summary>
    public static WorkloadFolder? TryTake(string root)
    {
        StateFiles.MakeFolder(root);
        try
        {
            var file = Path.Combine(root, "agent.lock");
            return new WorkloadFolder(root, new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Takes the folder, and waits that long for whoever holds it: the guard of an earlier agent is done in seconds.</summary>
    /// <exception cref="InvalidOperationException">Another agent uses it.</exception>
    public static WorkloadFolder Take(string root, TimeSpan within)
    {
        for (var end = Environment.TickCount64 + within.TotalMilliseconds; ; Thread.Sleep(s_look))
        {
            if (TryTake(root) is { } folder)
            {
                return folder;
            }

            if (Environment.TickCount64 >= end)
            {
                throw new InvalidOperationException(
                    $"Another agent uses {root} ({AgentOptions.Section}:StateDirectory); give this one a folder of its own.");
            }
        }
    }

    public string Root { get; }

    private string RecordFolder => Path.Combine(Root, "workloads");

    private string OutputFolder => Path.Combine(Root, "output");

    /// <summary>What the guard of this folder says.</summary>
    public string GuardFile => Path.Combine(Root, "guard.log");

    /// <summary>Names the guard that began last: that of the latest agent. Not of a folder that was deleted.</summary>
    public static string LastGuardFile(string root) => Path.Combine(root, "guard.json");

    public string OutputFile(string allocationId) => Path.Combine(OutputFolder, allocationId + ".log");

    public void Write(WorkloadRecord record) => StateFiles.Write(RecordFile(record.AllocationId), record);

    public void Forget(string allocationId) => File.Delete(RecordFile(allocationId));

    public IReadOnlyList<WorkloadRecord> Records() =>
        [.. Directory.EnumerateFiles(RecordFolder, "*.json").Select(StateFiles.Read<WorkloadRecord>).OfType<WorkloadRecord>()];

    public void Dispose() => _lock.Dispose();

    private string RecordFile(string allocationId) => Path.Combine(RecordFolder, allocationId + ".json");
}
