using System.Collections.Concurrent;

namespace Orion.Telemetry.Outgoing;

/// <summary>A dependency's circuit as seen from this process.</summary>
/// <param name="Client">Name of the HttpClient.</param>
/// <param name="Host">The host and port that is called, or the service's name.</param>
/// <param name="State"><c>closed</c>, <c>open</c> or <c>half_open</c>.</param>
/// <param name="Since">Since when.</param>
public sealed record BreakerState(string Client, string Host, string State, DateTimeOffset Since);

/// <summary>The circuits of all outgoing calls, for the Health tab.</summary>
public sealed class Breakers(TimeProvider time)
{
    private const int MaxCircuits = 256;

    // Both bounded by MaxCircuits, and by the clients beyond: calls of a client to further hosts share one circuit.
    private readonly ConcurrentDictionary<(string Client, string Host), string> _circuits = new();
    private readonly ConcurrentDictionary<string, BreakerState> _states = new();

    /// <summary>Every circuit, by client and host.</summary>
    public IReadOnlyList<BreakerState> All =>
        [.. _states.Values.OrderBy(s => s.Client, StringComparer.Ordinal).ThenBy(s => s.Host, StringComparer.Ordinal)];

    /// <summary>Name of the circuit that a client's calls to a host go through.</summary>
    internal string CircuitOf(string client, string host) =>
        _circuits.TryGetValue((client, host), out var known) ? known
        : _circuits.Count < MaxCircuits ? _circuits.GetOrAdd((client, host), static t => $"{t.Host} {t.Client}")
        : $"(other) {client}";

    /// <summary>Begins a circuit, closed; null when the name is none's.</summary>
    internal BreakerState? Begin(string circuit)
    {
        // A host has no space in it; a client's name may.
        var at = circuit.IndexOf(' ', StringComparison.Ordinal);
        return at < 0 ? null : Set(new BreakerState(circuit[(at + 1)..], circuit[..at], "", default), "closed");
    }

    internal BreakerState Set(BreakerState circuit, string state) =>
        _states[$"{circuit.Host} {circuit.Client}"] = circuit with { State = state, Since = time.GetUtcNow() };
}
