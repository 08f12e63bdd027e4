using Microsoft.Extensions.Options;

namespace OrionPlatform.NodeAgent;

/// <summary>The agent's state folder. One agent at a time holds it; a killed one lets go at once.</summary>
internal sealed class WorkloadFolder : IDisposable
{
    private readonly FileStream _lock;

    public WorkloadFolder(IOptions<AgentOptions> options)
    {
        Root = options.Value.StateDirectory;
        StateFiles.MakeFolder(Root);
        StateFiles.MakeFolder(RecordFolder);
        StateFiles.MakeFolder(OutputFolder);
        try
        {
            _lock = new FileStream(Path.Combine(Root, "agent.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new InvalidOperationException($"Another agent uses {Root} ({AgentOptions.Section}:StateDirectory); give this one a folder of its own.", e);
        }
    }

    public string Root { get; }

    private string RecordFolder => Path.Combine(Root, "workloads");

    private string OutputFolder => Path.Combine(Root, "output");

    public string OutputFile(string allocationId) => Path.Combine(OutputFolder, allocationId + ".log");

    public void Write(WorkloadRecord record) => StateFiles.Write(RecordFile(record.AllocationId), record);

    public void Forget(string allocationId) => File.Delete(RecordFile(allocationId));

    public IReadOnlyList<WorkloadRecord> Records() =>
        [.. Directory.EnumerateFiles(RecordFolder, "*.json").Select(StateFiles.Read<WorkloadRecord>).OfType<WorkloadRecord>()];

    public void Dispose() => _lock.Dispose();

    private string RecordFile(string allocationId) => Path.Combine(RecordFolder, allocationId + ".json");
}
