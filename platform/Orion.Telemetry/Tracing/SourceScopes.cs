using System.Diagnostics;
using System.Runtime.CompilerServices;
using Orion.Sink.Rows;

namespace Orion.Telemetry.Tracing;

/// <summary>The scope of each activity source: one clean object for all of its spans.</summary>
internal sealed class SourceScopes(Redactor redactor)
{
    private const int Slots = 64;

    // A fixed number of slots; whoever comes last has the slot, and a race makes one object more.
    private readonly Entry?[] _slots = new Entry?[Slots];

    public ScopeRow Of(ActivitySource source)
    {
        ref var slot = ref _slots[RuntimeHelpers.GetHashCode(source) & (Slots - 1)];
        return slot is { } entry && ReferenceEquals(entry.Source, source) ? entry.Scope : (slot = new Entry(source, New(source))).Scope;
    }

    private ScopeRow New(ActivitySource source)
    {
        var version = source.Version is { Length: > 0 } text ? text : null;
        var scope = new ScopeRow(source.Name, version, source.Tags is null ? [] : [.. source.Tags]);
        redactor.Clean(scope);
        return scope;
    }

    private sealed record Entry(ActivitySource Source, ScopeRow Scope);
}
