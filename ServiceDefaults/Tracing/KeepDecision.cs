namespace OrionPlatform.ServiceDefaults;

/// <summary>The one place that decides whether a finished request or job is stored.</summary>
internal static class KeepDecision
{
    /// <summary>Everything is kept: storing every request is affordable, since a request is one row.</summary>
    public static bool Keeps(LineScope scope) => !scope.Untraced;
}
