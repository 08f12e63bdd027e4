namespace OrionPlatform.ServiceDefaults;

/// <summary>
/// What audit entries of this product may say beside what the platform's do; the list is closed, a new key is a word here.
/// </summary>
public static class AuditKeys
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = ["allocation_id", "node_id"];
}
