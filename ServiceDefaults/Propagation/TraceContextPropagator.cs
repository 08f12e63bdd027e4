using System.Diagnostics;

namespace OrionPlatform.ServiceDefaults;

/// <summary>
/// W3C Trace Context (level 2) and Baggage, in and out. Stricter where .NET's own propagator lets malformed state through, and open to later
/// versions, whose first four parts it reads and re-emits as version 00.
/// </summary>
internal sealed class TraceContextPropagator : DistributedContextPropagator
{
    private const string Parent = "traceparent";
    private const string State = "tracestate";

    private static readonly string[] s_fields = [Parent, State, "baggage"];

    private readonly DistributedContextPropagator _baggage = CreateW3CPropagator();

    public override IReadOnlyCollection<string> Fields => s_fields;

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        traceId = null;
        traceState = null;
        if (getter is null || Single(carrier, getter, Parent) is not { } given || TraceParent.Normalize(given) is not { } parent)
        {
            // Without a valid parent the state is not even read: it belongs to a trace that this one does not continue.
            return;
        }

        traceId = parent;
        getter(carrier, State, out var one, out var many);
        traceState = TraceState.Normalize(many is null ? one : string.Join(',', many));
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) =>
        _baggage.ExtractBaggage(carrier, getter);

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

        _baggage.Inject(activity, carrier, (c, name, value) =>
        {
            if (name == "baggage")
            {
                setter(c, name, value);
            }
        });
    }

    private static string? Single(object? carrier, PropagatorGetterCallback getter, string name)
    {
        getter(carrier, name, out var one, out var many);
        return many is null ? one : many.Take(2).Count() == 1 ? many.First() : null;
    }
}
