namespace OrionPlatform.LoadTests.Scenarios;

/// <summary>
/// The allocations one tenant's demo traffic holds, kept in a file so that the next start releases what this one left. Only what the demo
/// made itself is in it. Thread-safe; bounded because the demo stops making more.
/// </summary>
internal sealed class DemoAllocations
{
    private readonly Lock _lock = new();
    private readonly string _file;
    private readonly List<string> _ids;

    public DemoAllocations(string file)
    {
        _file = file;
        _ids = File.Exists(file) ? [.. File.ReadAllLines(file).Where(id => id.Length > 0)] : [];
    }

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _ids.Count;
            }
        }
    }

    public string? Oldest
    {
        get
        {
            lock (_lock)
            {
                return _ids.FirstOrDefault();
            }
        }
    }

    public void Add(string id) => Change(() => _ids.Add(id));

    public void Remove(string id) => Change(() => _ids.Remove(id));

    private void Change(Action change)
    {
        lock (_lock)
        {
            change();
            File.WriteAllLines(_file, _ids);
        }
    }
}
