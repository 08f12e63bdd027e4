using Microsoft.FeatureManagement;

namespace Orion.Telemetry.CanonicalLines;

/// <summary>
/// Stamps every evaluated feature flag on the canonical line of the request or job that evaluated it: <c>flag.welcome=true</c>. A flag's
/// name and its two values are a small set, so it is a tag. FeatureManagement tells each session manager of every evaluation.
/// </summary>
internal sealed class FlagExposure : ISessionManager
{
    public Task SetAsync(string featureName, bool enabled)
    {
        Canon.Tag("flag." + featureName, enabled);
        return Task.CompletedTask;
    }

    /// <summary>Remembers nothing: an evaluation is never answered from here.</summary>
    public Task<bool?> GetAsync(string featureName) => Task.FromResult<bool?>(null);
}
