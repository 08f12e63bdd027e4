namespace Orion.OpsPanel;

/// <summary>Settings of the panel, section <c>Orion:Ops</c>.</summary>
public sealed class OpsPanelOptions
{
    /// <summary>
    /// One-time token of the first admin's login link; null or empty for none. At least 22 characters (128 bits in base64url).
    /// </summary>
    public string? LoginToken { get; set; }

    /// <summary>Live streams one session may have open, 1 to 64. A browser allows six connections to a host anyway.</summary>
    public int MaxStreamsPerSession { get; set; } = 6;

    /// <summary>Live streams of all sessions together, 1 to 10,000.</summary>
    public int MaxStreams { get; set; } = 200;

    internal static string? Validate(OpsPanelOptions options)
    {
        if (options.LoginToken is { Length: > 0 and < 22 })
        {
            return "Orion:Ops:LoginToken has fewer than 22 characters; use at least 128 random bits in base64url, or leave it empty.";
        }

        if (options.MaxStreamsPerSession is < 1 or > 64)
        {
            return $"Orion:Ops:MaxStreamsPerSession is {options.MaxStreamsPerSession}; it must be 1 to 64.";
        }

        return options.MaxStreams is < 1 or > 10_000 ? $"Orion:Ops:MaxStreams is {options.MaxStreams}; it must be 1 to 10,000." : null;
    }
}
