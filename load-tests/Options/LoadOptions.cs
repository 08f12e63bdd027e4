namespace OrionPlatform.LoadTests;

/// <summary>What a run is for.</summary>
internal enum Profile
{
    /// <summary>The full gate.</summary>
    Gate,

    /// <summary>A short gate for every test run.</summary>
    Smoke,

    /// <summary>Gentle endless traffic that keeps the panel alive.</summary>
    Demo,
}

/// <summary>The program's options.</summary>
internal sealed record LoadOptions
{
    public Profile Profile { get; init; } = Profile.Gate;

    /// <summary>The api; null to start a platform for the run.</summary>
    public Uri? Url { get; init; }

    /// <summary>File with the tenants' keys; null for the place where the platform writes it.</summary>
    public string? KeysFile { get; init; }

    /// <summary>Length of the load, without warm-up and drain.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Public API calls per second.</summary>
    public int Rate { get; init; } = 60;

    public string ReportFolder { get; init; } = "reports";

    /// <summary>What a profile comes with unless told otherwise.</summary>
    public static LoadOptions Of(Profile profile) => profile == Profile.Smoke
        ? new() { Profile = profile, Duration = TimeSpan.FromSeconds(20), WarmUp = TimeSpan.FromSeconds(3), Rate = 40 }
        : new() { Profile = profile };
}

/// <summary>The program was asked for something it cannot do; the message says what and how to mend it.</summary>
internal sealed class UsageException(string message) : Exception(message);
