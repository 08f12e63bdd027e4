using System.Text.RegularExpressions;

namespace OrionPlatform.Template.Tests;

/// <summary>A solution without the sample: it builds, its tests pass, and it holds up under load.</summary>
[Collection(InstalledTemplateGroup.Name)]
public sealed partial class SampleTests(InstalledTemplate template)
{
    // With its platform as packages it is built quicker. Its own code is the same either way.
    public static TheoryData<string> Platforms => [.. BuildTests.IsFull ? ["packages", "source"] : (string[])["packages"]];

    [Theory]
    [MemberData(nameof(Platforms))]
    public async Task Without_the_sample_and_with_every_pages_code_its_tests_pass_and_in_a_full_run_its_SLO_gate_judges_it(string platform)
    {
        var folder = platform == "packages" ? await template.UpdatedWithoutSampleAsync() : await FromSourceAsync();
        foreach (var room in (string[])["tests/Architecture", "tests/Services", "tests/AppHost"])
        {
            var output = await Command.SucceedAsync(folder, "dotnet", "test", room, "--no-build", "-nologo");
            Assert.Contains("Passed!", output, StringComparison.Ordinal);
        }

        if (!BuildTests.IsFull)
        {
            return;
        }

        // The other build that was begun ahead must not run beside the load.
        await template.BuiltWithPagesAsync();

        // Whether this machine is quick enough at the moment is no question here: every call is answered as it should be, and the gate
        // judged it.
        var gate = await Command.RunAsync(
            folder, "dotnet", "run", "--no-build", "--project", "load-tests", "--", "--profile", "smoke", "--rate=40", "--duration=10s");
        Assert.True(gate.Code is 0 or 2 or 3, gate.Output);
        Assert.Matches(Errors(), gate.Output);
        Assert.Matches(Labels(), gate.Output);
    }

    private async Task<string> FromSourceAsync()
    {
        var folder = await template.GeneratedAtAsync("hive", "tiny from source", "Acme.Tiny", "--sample", "false");
        await Pages.TypeIntoAsync(folder);
        BuildTests.NoWarning(await template.BuiltAsync(folder));
        return folder;
    }

    [GeneratedRegex(@"\| PASS +\| public_api_errors_0_1pct +\|", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Errors();

    [GeneratedRegex(@"\| PASS +\| labels: add label +\|", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Labels();
}
