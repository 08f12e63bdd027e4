using System.Reflection;

namespace OrionPlatform.AppHost.Tests;

/// <summary>What must hold of AppHost.cs so that either engine can run it under any name of the solution.</summary>
public sealed class AppHostFileTests
{
    private static string Source { get; } =
        File.ReadAllText(typeof(AppHostFileTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "AppHostFile").Value!);

    [Fact]
    public void It_does_not_contain_the_name_of_the_solution() =>
        Assert.DoesNotContain("OrionPlatform", Source, StringComparison.Ordinal);

    [Fact]
    public void Projects_are_added_without_launch_profiles_whose_ports_would_collide_with_those_declared() =>
        Assert.Equal(Source.Split("builder.AddProject<").Length, Source.Split("launchProfileName: null").Length);
}
