using Orion.Sink.Segments;

namespace Orion.Sink.Writing;

/// <summary>
/// The name a process writes under. A file has one writer, so a second process of the same name (a replica) gets <c>NAME-2</c>, and so on;
/// the lock goes with its process, however that ends.
/// </summary>
internal sealed class ProcessName : IDisposable
{
    private const int MaxReplicas = 256;

    private readonly FileStream _lock;

    private ProcessName(string value, FileStream held)
    {
        Value = value;
        _lock = held;
    }

    public string Value { get; }

    public static ProcessName Take(string directory, string wanted)
    {
        PrivateFolder.Make(directory);
        for (var replica = 1; replica <= MaxReplicas; replica++)
        {
            var name = replica == 1 ? wanted : $"{wanted}-{replica}";
            if (FileLock.TryTake(Path.Combine(directory, name + ".lock")) is { } held)
            {
                return new ProcessName(name, held);
            }
        }

        throw new IOException($"{directory}: no lock file can be taken for '{wanted}'.");
    }

    public void Dispose() => _lock.Dispose();
}
