using Orion.Sink.Rows;

namespace OrionPlatform.Api;

/// <summary>
/// The agent's process in a heartbeat. It has no sink of its own, so the api records it for the agent, under the api's clock.
/// </summary>
internal static class ProcessFigures
{
    private const string Service = "node-agent";

    internal static Heartbeat Read(JsonMembers members, string node, DateTimeOffset now)
    {
        var p = new JsonMembers(
            members.Require("process"), "process",
            "worker", "host", "pid", "startedAt", "intervalSeconds", "poolThreads", "poolQueue", "memoryAllocMb", "memoryCommittedMb",
            "gcCount", "gcPauseMs", "lagP50Ms", "lagP99Ms", "lagMaxMs", "utilization");
        return new Heartbeat
        {
            Worker = Worker(p, node),
            Service = Service,
            Host = p.Text("host", 255),
            Pid = (int)p.Integer("pid", 1, int.MaxValue),
            Time = now,
            Interval = TimeSpan.FromSeconds(p.Integer("intervalSeconds", 1, 3600)),
            StartedAt = p.Time("startedAt"),
            PoolThreads = (int)p.Integer("poolThreads", 0, int.MaxValue),
            PoolQueue = p.Integer("poolQueue", 0, long.MaxValue),
            MemoryAllocMb = p.Number("memoryAllocMb"),
            MemoryCommittedMb = p.Number("memoryCommittedMb"),
            GcCount = (int)p.Integer("gcCount", 0, int.MaxValue),
            GcPauseMs = p.Number("gcPauseMs"),
            LagP50Ms = p.Number("lagP50Ms", 0),
            LagP99Ms = p.Number("lagP99Ms"),
            LagMaxMs = p.Number("lagMaxMs"),
            Utilization = p.Number("utilization", 0),
        };
    }

    /// <summary>Only its own name: no node may speak for another process.</summary>
    private static string Worker(JsonMembers process, string node) =>
        process.Text("worker", Service.Length + 1 + 100) is var worker && worker == $"{Service}-{node}"
        ? worker
        : throw RefusedException.Invalid($"'process.worker' must be '{Service}-{node}'.");
}
