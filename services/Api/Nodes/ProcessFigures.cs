using OrionPlatform.Sink;

namespace OrionPlatform.Api;

/// <summary>The agent's process in a heartbeat. It has no sink of its own, so the api records it for the agent, under the api's clock.</summary>
internal static class ProcessFigures
{
    internal static Heartbeat Read(JsonMembers members, DateTimeOffset now)
    {
        var p = new JsonMembers(
            members.Require("process"), "process",
            "worker", "host", "pid", "startedAt", "intervalSeconds", "poolThreads", "poolQueue", "memoryAllocMb", "memoryCommittedMb", "gcCount", "gcPauseMs", "lagP50Ms", "lagP99Ms", "lagMaxMs", "utilization");
        return new Heartbeat
        {
            Worker = p.Text("worker", 100, Shapes.NodeName(), Shapes.NodeNameShape),
            Service = "node-agent",
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
}
