using OrionPlatform.ServiceDefaults;
using OrionPlatform.Sink;

namespace OrionPlatform.Api;

/// <summary>What became of the telemetry that an agent sent, in its heartbeat: what never arrived can be told of by the agent alone.</summary>
internal static class ExportFigures
{
    internal static IReadOnlyList<ExportAccount> Read(JsonMembers members) =>
    [
        .. members.Objects("exports", ExportAccounts.Streams.Count, "stream", "produced", "delivered", "failed", "overflowed").Select(e => new ExportAccount(
            Stream(e), e.Integer("produced", 0, long.MaxValue), e.Integer("delivered", 0, long.MaxValue), e.Integer("failed", 0, long.MaxValue), e.Integer("overflowed", 0, long.MaxValue))),
    ];

    private static string Stream(JsonMembers account) => account.Text("stream", 64) is var stream && ExportAccounts.Streams.Contains(stream)
        ? stream
        : throw RefusedException.Invalid($"'exports' has an account of '{stream}'; known are {string.Join(", ", ExportAccounts.Streams)}.");
}
