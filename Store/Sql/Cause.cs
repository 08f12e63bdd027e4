using System.Diagnostics;

namespace OrionPlatform.Store;

/// <summary>The activity that was current where a write was asked for: the writer thread has none of its own.</summary>
internal readonly record struct Cause(string? TraceId, string? TraceParent)
{
    public static Cause Current => Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity
        ? new Cause(activity.TraceId.ToHexString(), activity.Id)
        : default;
}
