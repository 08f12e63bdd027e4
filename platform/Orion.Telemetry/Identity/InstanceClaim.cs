using Orion.Sink.Segments;

namespace Orion.Telemetry.Identity;

/// <summary>
/// Holds an instance name for the life of the process by a lock on a file: two replicas never write the same segment, and a restart, even
/// after a kill, gets its old name back.
/// </summary>
internal sealed class InstanceClaim : IDisposable
{
    private const int MaxInstances = 64;

    private readonly FileStream _lock;

    private InstanceClaim(string name, FileStream held)
    {
        Name = name;
        _lock = held;
    }

    public string Name { get; }

    public static InstanceClaim Take(string directory, string service)
    {
        // The first process to come makes the telemetry folder.
        PrivateFolder.Make(directory);
        var folder = Directory.CreateDirectory(Path.Combine(directory, ".instances"));
        for (var number = 1; number <= MaxInstances; number++)
        {
            var name = number == 1 ? service : $"{service}-{number}";
            try
            {
                return new InstanceClaim(name,
                    new FileStream(Path.Combine(folder.FullName, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException)
            {
                // Held by another instance: try the next number.
            }
        }

        throw new InvalidOperationException(
            $"{MaxInstances} instances of \"{service}\" already use the telemetry folder \"{directory}\" "
            + "(ConnectionStrings:telemetry); give this one a folder of its own.");
    }

    public void Dispose() => _lock.Dispose();
}
