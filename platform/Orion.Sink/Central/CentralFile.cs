using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Central;

/// <summary>
/// <c>telemetry.db</c> as one process writes it: the small, long-lived tables that all processes share. Transactions are short, and a lock
/// held by another process is waited for only briefly: the caller keeps what it has and comes again.
/// </summary>
internal sealed class CentralFile : IDisposable
{
    public CentralFile(string directory, int busyMs = 250)
    {
        PrivateFolder.Make(directory);
        Database = CentralSchema.Versions.OpenWriter(SegmentFiles.CentralPath(directory), busyMs, cacheKib: 8 * 1024);
    }

    public Database Database { get; }

    public void Dispose() => Database.Dispose();
}
