using Orion.Sink.Rows;

namespace OrionPlatform.TraceGate.Tests;

/// <summary>
/// A request that changed something shows how: a child span for finding out whose it is, one for the domain's call, and the store's own
/// for the write that its audit entry, fact and job are in. They are known by their names: <c>{service}.tenants.resolve</c> (of nodes
/// <c>{service}.nodes.resolve</c>), <c>store.write</c>, and any other.
/// </summary>
internal static class MutationRules
{
    // Telemetry that comes in changes nothing of the domain, and the panel's own requests are untraced: its acts are in the audit log.
    private static readonly string[] s_others = ["otlp", "ops"];

    private static readonly string[] s_methods = ["POST", "PUT", "PATCH", "DELETE"];

    public static IEnumerable<Finding> Judge(Evidence evidence)
    {
        var children = evidence.Spans.ToLookup(s => (s.TraceId, s.Service));
        foreach (var line in evidence.Lines.Where(l => evidence.Services.Contains(l.Service) && IsMutation(l)))
        {
            var names = children[(line.TraceId, line.Service)].Select(s => s.Name).ToList();
            List<string> missing = [];
            Require(names.Any(IsTenant), "tenant resolution");
            Require(names.Any(n => !IsTenant(n) && !IsWrite(n)), "the domain call");
            Require(names.Any(IsWrite), "the store's write");
            if (missing.Count > 0)
            {
                yield return new Finding("mutation", line.Service,
                    $"{TraceGateRules.Called(line)} has no child span for {string.Join(", nor for ", missing)}.");
            }

            void Require(bool there, string what)
            {
                if (!there)
                {
                    missing.Add(what);
                }
            }
        }
    }

    /// <summary>Done, and neither the repetition of an earlier answer nor one that says itself that it changed nothing.</summary>
    private static bool IsMutation(CanonicalLine line) =>
        line is { LineKind: CanonicalLine.Request, StatusCode: >= 200 and < 300 } && s_methods.Contains(line.Method)
            && !s_others.Contains(line.Surface)
        && !line.Attributes.Any(a => a is { Key: "idempotency.replayed", Value: true } or { Key: "changed", Value: false });

    private static bool IsTenant(string name) =>
        name.EndsWith(".tenants.resolve", StringComparison.Ordinal) || name.EndsWith(".nodes.resolve", StringComparison.Ordinal);

    private static bool IsWrite(string name) => name == "store.write";
}
