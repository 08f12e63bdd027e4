namespace Orion.Store;

/// <summary>Ids of entities: a prefix that says the kind, and 128 bits that sort by time, which keeps indexes on them local.</summary>
public static class Ids
{
    /// <summary>A new id: <c>jb_019b...</c> for prefix <c>jb</c>; 32 hex digits of a version 7 UUID.</summary>
    public static string New(string prefix, DateTimeOffset now) => $"{prefix}_{Guid.CreateVersion7(now):N}";
}
