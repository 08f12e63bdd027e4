namespace OrionPlatform.ServiceDefaults;

/// <summary>The id that joins a request to its callers and its consequences, carried in <c>X-Correlation-ID</c>.</summary>
public static class CorrelationId
{
    /// <summary>The header's name.</summary>
    public const string Header = "X-Correlation-ID";

    /// <summary>The current flow's id, or null outside a request or job.</summary>
    public static string? Current => throw new NotSupportedException();
}
