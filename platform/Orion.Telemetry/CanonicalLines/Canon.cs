using System.Runtime.CompilerServices;

namespace Orion.Telemetry.CanonicalLines;

/// <summary>Adds to the canonical line of the current request or job, from anywhere in its async flow. No-ops outside one.</summary>
public static class Canon
{
    /// <summary>Adds a field of any cardinality. The same key again replaces its value.</summary>
    public static void Add(string key, object? value) => CanonicalLineContext.Current?.Add(key, value);

    /// <summary>
    /// Adds a field of low cardinality, safe as a metric dimension. In Development a value that belongs to one entity (uuid, e-mail
    /// address, long number) is warned about, once a key, with the place of the call.
    /// </summary>
    public static void Tag(string key, object? value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (CanonicalLineContext.Current is { } scope)
        {
            scope.Pipeline?.Lint?.Check(key, value, file, line);
            scope.Add(key, value);
        }
    }

    /// <summary>Says for which tenant the current request or job is done.</summary>
    /// <param name="tenant">The tenant's short name, which its line has.</param>
    /// <param name="tenantId">Its id, which the facts and jobs have that are written from here on.</param>
    public static void Tenant(string tenant, string? tenantId = null)
    {
        if (CanonicalLineContext.Current is { } scope)
        {
            scope.Tenant = tenant;
            scope.TenantId = tenantId;
        }
    }

    /// <summary>Says who does it: an opaque id.</summary>
    public static void User(string user)
    {
        if (CanonicalLineContext.Current is { } scope)
        {
            scope.User = user;
        }
    }

    /// <summary>Asks the sampler to keep this request or job whatever it samples.</summary>
    public static void Keep()
    {
        if (CanonicalLineContext.Current is { } scope)
        {
            scope.Keep = true;
        }
    }
}

/// <summary>Endpoint metadata: which face of the platform an endpoint belongs to (see <c>CanonicalLine.Surface</c>).</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class SurfaceAttribute(string surface) : Attribute
{
    /// <summary><c>public</c>, <c>node</c>, <c>webhook</c>, <c>ops</c>, <c>otlp</c> or <c>live</c>.</summary>
    public string Surface { get; } = surface;
}

/// <summary>Endpoint metadata: its requests are neither traced, nor logged, nor given a canonical line (the panel's own paints).</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class UntracedAttribute : Attribute;
