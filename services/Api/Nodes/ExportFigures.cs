using Orion.Sink.Loss;

namespace OrionPlatform.Api;

/// <summary>
/// What became of the telemetry that an agent sent, in its heartbeat: what never arrived can be told of by the agent alone.
/// </summary>
internal static class ExportFigures
{
    // Far above what a process ever sends, and sums of a few still fit.
    private const long Most = 1_000_000_000_000_000;

    internal static IReadOnlyList<ExportAccount> Read(JsonMembers members) =>
        [.. members.Objects("exports", 2, "stream", "produced", "delivered", "failed", "overflowed").Select(Account)];

    private static ExportAccount Account(JsonMembers members)
    {
        var account = new ExportAccount(
            members.Text("stream", 64), members.Integer("produced", 0, Most), members.Integer("delivered", 0, Most),
            members.Integer("failed", 0, Most), members.Integer("overflowed", 0, Most));
        return account.Stream is not (ExportAccount.Spans or ExportAccount.Logs)
            ? throw RefusedException.Invalid($"'exports' has an account of '{account.Stream}'; known are {ExportAccount.Spans}, {ExportAccount.Logs}.")
            : account.Delivered + account.Failed + account.Overflowed > account.Produced
                ? throw RefusedException.Invalid($"'exports' says of {account.Stream} that more became of its rows than there were.")
                : account;
    }
}
