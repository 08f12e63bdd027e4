using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;

namespace Orion.Telemetry.Propagation;

/// <summary>
/// <see cref="W3CPropagator"/> for what propagates by OpenTelemetry's API: clients of message buses, code that is instrumented by hand.
/// </summary>
/// <remarks>
/// It derives from OpenTelemetry's propagator of trace context, since its instrumentation of ASP.NET Core and HttpClient then leaves
/// headers to the framework, which uses <see cref="W3CPropagator"/>; with any other it starts a second server span where the two disagree.
/// </remarks>
internal sealed class TextMapW3CPropagator : TraceContextPropagator
{
    private readonly W3CPropagator _w3c = new();

    public override ISet<string> Fields => _w3c.Fields.ToHashSet();

    public override PropagationContext Extract<T>(PropagationContext context, T carrier, Func<T, string, IEnumerable<string>?> getter)
    {
        _w3c.ExtractTraceIdAndState(carrier, Get, out var parent, out var state);
        var found = ActivityContext.TryParse(parent, state, isRemote: true, out var remote) ? remote : context.ActivityContext;
        var members = _w3c.ExtractBaggage(carrier, Get);
        return new PropagationContext(found, members is null ? context.Baggage : Baggage.Create(Values(members)));

        void Get(object? from, string name, out string? one, out IEnumerable<string>? many) =>
            (one, many) = (null, getter((T)from!, name) ?? []);
    }

    public override void Inject<T>(PropagationContext context, T carrier, Action<T, string, string> setter)
    {
        var given = context.ActivityContext;
        if (given.TraceId == default || given.SpanId == default)
        {
            return;
        }

        setter(carrier, W3CPropagator.Parent, $"00-{given.TraceId.ToHexString()}-{given.SpanId.ToHexString()}-{(int)given.TraceFlags:x2}");
        if (TraceState.Normalize(given.TraceState) is { } state)
        {
            setter(carrier, W3CPropagator.State, state);
        }

        if (W3CBaggage.Write(context.Baggage.GetBaggage().Select(m => KeyValuePair.Create(m.Key, (string?)m.Value))) is { } baggage)
        {
            setter(carrier, W3CPropagator.Bag, baggage);
        }
    }

    private static Dictionary<string, string> Values(IEnumerable<KeyValuePair<string, string?>> members)
    {
        var values = new Dictionary<string, string>();
        foreach (var (key, value) in members)
        {
            values.TryAdd(key, value ?? "");
        }

        return values;
    }
}
