namespace Aspire.Hosting.ApplicationModel;

/// <summary>What a wait is for.</summary>
public enum WaitType
{
    /// <summary>Running, and every health check passes.</summary>
    WaitUntilHealthy,

    /// <summary>Ended with the expected exit code.</summary>
    WaitForCompletion,

    /// <summary>Running.</summary>
    WaitUntilStarted,
}

/// <summary>What a wait does when the other resource ends or cannot start.</summary>
public enum WaitBehavior
{
    /// <summary>It goes on waiting.</summary>
    WaitOnResourceUnavailable,

    /// <summary>The waiting resource is not started.</summary>
    StopOnResourceUnavailable,
}

/// <summary>A resource starts only after another has got somewhere.</summary>
/// <param name="resource">The other resource.</param>
/// <param name="waitType">Where it has to get.</param>
/// <param name="exitCode">The expected exit code, for <see cref="WaitType.WaitForCompletion"/>.</param>
public sealed class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    /// <summary>The other resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Where it has to get.</summary>
    public WaitType WaitType { get; } = waitType;

    /// <summary>The expected exit code.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>What happens when the other resource ends or cannot start; null for <see cref="ApplicationModel.WaitBehavior.StopOnResourceUnavailable"/>, as in Aspire without its dashboard.</summary>
    public WaitBehavior? WaitBehavior { get; init; }
}
