using System.Runtime.InteropServices;
using Orion.Sink.Rows;

namespace Orion.Sink.Writing;

/// <summary>
/// The room that resources and scopes take in a buffer. Many rows share one, so it is counted once for each tenant that has rows of it
/// there, from the first of them to the last. For the buffer, under its lock.
/// </summary>
/// <remarks>Those of the process itself are not counted: they are there anyway, whatever the buffer holds.</remarks>
internal sealed class SharedParts(int unitBytes)
{
    // Bounded by twice the rows that the buffer holds; emptied with it.
    private readonly Dictionary<(TenantShare Tenant, object Shared), Part> _held = [];

    // Rows of one request come one after another.
    private (TenantShare? Tenant, RowSource Source, Part? Resource, Part? Scope) _last;

    /// <summary>Units that a row of the tenant would take beyond its own.</summary>
    public int Missing(TenantShare tenant, RowSource source)
    {
        if (source.Resource is null)
        {
            return 0;
        }

        if (ReferenceEquals(_last.Tenant, tenant) && _last.Source == source
            && _last is { Resource.Rows: > 0, Scope: null or { Rows: > 0 } })
        {
            return 0;
        }

        return (_held.ContainsKey((tenant, source.Resource)) ? 0 : Units(RowSizes.Of(source.Resource)))
            + (source.Scope is null || _held.ContainsKey((tenant, source.Scope)) ? 0 : Units(RowSizes.Of(source.Scope)));
    }

    /// <summary>A row of the tenant is in the buffer now.</summary>
    public void Hold(TenantShare tenant, RowSource source)
    {
        if (source.Resource is null)
        {
            return;
        }

        if (!ReferenceEquals(_last.Tenant, tenant) || _last.Source != source || _last is { Resource.Rows: 0 } or { Scope.Rows: 0 })
        {
            _last = (
                tenant, source, PartOf(tenant, source.Resource, RowSizes.Of),
                source.Scope is null ? null : PartOf(tenant, source.Scope, RowSizes.Of));
        }

        _last.Resource!.Rows++;
        if (_last.Scope is { } scope)
        {
            scope.Rows++;
        }
    }

    /// <summary>A row of the tenant is no longer in the buffer. Returns the units that are free with it, beyond its own.</summary>
    public int Release(TenantShare tenant, RowSource source) =>
        Release(tenant, source.Resource) + (source.Resource is null ? 0 : Release(tenant, source.Scope));

    /// <summary>The buffer is empty.</summary>
    public void Reset()
    {
        _held.Clear();
        _last = default;
    }

    private Part PartOf<T>(TenantShare tenant, T shared, Func<T, int> sizeOf) where T : class
    {
        ref var part = ref CollectionsMarshal.GetValueRefOrAddDefault(_held, (tenant, shared), out _);
        return part ??= new Part(Units(sizeOf(shared)));
    }

    private int Release(TenantShare tenant, object? shared)
    {
        if (shared is null || !_held.TryGetValue((tenant, shared), out var part) || --part.Rows > 0)
        {
            return 0;
        }

        _held.Remove((tenant, shared));
        return part.Units;
    }

    private int Units(int bytes) => 1 + (bytes / unitBytes);

    private sealed class Part(int units)
    {
        public int Units => units;

        public int Rows { get; set; }
    }
}

/// <summary>What a row refers to and shares with others.</summary>
internal readonly record struct RowSource(ResourceRow? Resource, ScopeRow? Scope);
