namespace OrionPlatform.Template.Tests;

/// <summary>
/// A solution with slices of its own gets a later platform (docs/updating.md): it builds, and its tests pass.
/// </summary>
[Collection(InstalledTemplateGroup.Name)]
public sealed class UpdateTests(InstalledTemplate template)
{
    private const string Source = "source";
    private const string Packages = "packages";
    private const string PackagesWithoutSample = "packages, no sample";

    // A version is bumped in every run; SampleTests run the tests of that solution. The full run replaces the source as well, and runs the
    // whole test command of each.
    public static TheoryData<string> Kinds =>
        [.. BuildTests.IsFull ? [Source, Packages, PackagesWithoutSample] : (string[])[PackagesWithoutSample]];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_later_platform_builds_and_the_tests_pass(string kind)
    {
        var folder = kind switch
        {
            Source => await ReplacedAsync(),
            Packages => await BumpedAsync(),
            _ => await template.UpdatedWithoutSampleAsync(),
        };

        var api = Directory.GetFiles(Path.Combine(folder, "services", "Api", "bin"), "*.Api.deps.json", SearchOption.AllDirectories)
            .Single();
        Assert.Contains($"\"Orion.Store/{InstalledTemplate.LaterVersion}\"", await File.ReadAllTextAsync(api), StringComparison.Ordinal);
        string[] rooms = BuildTests.IsFull ? [] : ["tests/Architecture"];
        var output = await Command.SucceedAsync(folder, "dotnet", ["test", .. rooms, "--no-build", "-nologo"]);
        Assert.Contains(BuildTests.IsFull ? "SloGate.Tests.dll" : "Passed!", output, StringComparison.Ordinal);
    }

    internal static Task ToLaterPackagesAsync(string folder) => SetAsync(Path.Combine(folder, "Directory.Packages.props"), "OrionVersion");

    private async Task<string> ReplacedAsync()
    {
        var (folder, _) = await template.BuiltWithPagesAsync();
        var platform = Path.Combine(folder, "platform");
        Directory.Delete(platform, recursive: true);
        var newer = await template.GeneratedAtAsync("hive", "newer", BuildTests.Awkward);
        Directory.Move(Path.Combine(newer, "platform"), platform);
        await SetAsync(Path.Combine(platform, "Directory.Build.props"), "Version");

        BuildTests.NoWarning(await InstalledTemplate.BuildAsync(folder));
        return folder;
    }

    private async Task<string> BumpedAsync()
    {
        var folder = await template.OfPackagesAsync("of packages", "Store");
        await Pages.TypeIntoAsync(folder);
        await ToLaterPackagesAsync(folder);
        BuildTests.NoWarning(await InstalledTemplate.BuildAsync(folder));
        return folder;
    }

    private static async Task SetAsync(string file, string property)
    {
        var text = await File.ReadAllTextAsync(file);
        var line = text.Split('\n').Single(l => l.TrimStart().StartsWith($"<{property} ", StringComparison.Ordinal));
        await File.WriteAllTextAsync(file, text.Replace(
            line, $"<{property}>{InstalledTemplate.LaterVersion}</{property}>", StringComparison.Ordinal));
    }
}
