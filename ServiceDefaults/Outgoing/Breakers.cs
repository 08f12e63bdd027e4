using System.Collections.Concurrent;

namespace OrionPlatform.ServiceDefaults;

/// <summary>A dependency's circuit as seen from this process.</summary>
/// <param name="Client">Name of the HttpClient.</param>
/// <param name="Host">The host and port that is called.</param>
/// <param name="State"><c>closed</c>, <c>open</c> or <c>half_open</c>.</param>
/// <param name="Since">Since when.</param>
public sealed record BreakerState(string Client, string Host, string State, DateTimeOffset Since);

/// <summary>The circuits of all outgoing calls, for the Health tab.</summary>
public sealed class Breakers(TimeProvider time)
{
    // Bounded by the hosts this process calls; OutgoingHandler refuses to track more than 256 of them.
    private readonly ConcurrentDictionary<(string Client, string Host), BreakerState> _states = new();

    /// <summary>Every circuit, by client and host.</summary>
    public IReadOnlyList<BreakerState> All => [.. _states.Values.OrderBy(s => s.Client, StringComparer.Ordinal).ThenBy(s => s.Host, StringComparer.Ordinal)];

    internal void Set(string client, string host, string state) => _states[(client, host)] = new(client, host, state, time.GetUtcNow());
}
