namespace Aspire.Hosting;

/// <summary>Options of <see cref="DistributedApplication.CreateBuilder(DistributedApplicationOptions)"/>.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>Command-line arguments: each is a configuration key, <c>--Section:Key=value</c>.</summary>
    public string[]? Args { get; set; }

    /// <summary>Folder that holds appsettings.json and that relative project paths start from; by default the AppHost project's.</summary>
    public string? ProjectDirectory { get; set; }
}
