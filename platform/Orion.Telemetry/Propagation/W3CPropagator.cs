using System.Diagnostics;

namespace Orion.Telemetry.Propagation;

/// <summary>
/// W3C Trace Context (level 2) and Baggage, in and out. Stricter where .NET's own propagator lets malformed state through, and open to
/// later versions, whose first four parts it reads and re-emits as version 00. Of baggage .NET's own drops everything after an empty value
/// or a malformed member, turns the order round at every hop, and lengthens the rest past the limit.
/// </summary>
internal sealed class W3CPropagator : DistributedContextPropagator
{
    internal const string Parent = "traceparent";
    internal const string State = "tracestate";
    internal const string Bag = "baggage";

    private static readonly string[] s_fields = [Parent, State, Bag];

    public override IReadOnlyCollection<string> Fields => s_fields;

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId,
        out string? traceState)
    {
        traceId = null;
        traceState = null;
        if (getter is null || Single(carrier, getter, Parent) is not { } given || TraceParent.Normalize(given) is not { } parent)
        {
            // Without a valid parent the state is not even read: it belongs to a trace that this one does not continue.
            return;
        }

        traceId = parent;
        traceState = TraceState.Normalize(List(carrier, getter, State));
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) =>
        getter is null ? null : W3CBaggage.Read(List(carrier, getter, Bag));

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
        if (activity is null || setter is null || activity.IdFormat != ActivityIdFormat.W3C || activity.Id is null)
        {
            return;
        }

        setter(carrier, Parent, activity.Id);
        if (TraceState.Normalize(activity.TraceStateString) is { } state)
        {
            setter(carrier, State, state);
        }

        if (W3CBaggage.Write(activity.Baggage) is { } baggage)
        {
            setter(carrier, Bag, baggage);
        }
    }

    private static string? Single(object? carrier, PropagatorGetterCallback getter, string name)
    {
        getter(carrier, name, out var one, out var many);
        return many is null ? one : many.Take(2).Count() == 1 ? many.First() : null;
    }

    /// <summary>A list that came as several headers is one list.</summary>
    private static string? List(object? carrier, PropagatorGetterCallback getter, string name)
    {
        getter(carrier, name, out var one, out var many);
        return many is null ? one : string.Join(',', many);
    }
}
