using System.Text.RegularExpressions;

namespace OrionPlatform.Template.Tests;

/// <summary>What was generated builds, and its own tests pass.</summary>
[Collection(InstalledTemplateGroup.Name)]
public sealed partial class BuildTests(InstalledTemplate template)
{
    // Quick ones that touch most rooms. ORION_TEMPLATE_FULL=1 builds every name and runs the generated solution's whole test command
    // instead.
    private static readonly string[] s_quick = ["tests/Architecture", "platform/tests/Store", "platform/tests/Alerts"];

    // A build takes a minute. This one has what a name can do to code: a dot, a digit in front, an underscore where a letter was refused.
    private const string Awkward = "1st.My-App";

    public static TheoryData<string> Names => [.. IsFull ? InstalledTemplate.Names.Keys : [Awkward]];

    internal static bool IsFull => Environment.GetEnvironmentVariable("ORION_TEMPLATE_FULL") == "1";

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_builds_without_a_warning(string name)
    {
        var output = await template.BuildAsync(name);

        Assert.Empty(Warning().Matches(output).Select(m => m.Value));
    }

    [Fact]
    public async Task Its_tests_pass()
    {
        await template.BuildAsync(Awkward);
        if (IsFull)
        {
            var all = await Command.SucceedAsync(template.Solution(Awkward), "dotnet", "test", "--no-build");
            Assert.Contains("SloGate.Tests.dll", all, StringComparison.Ordinal);
            return;
        }

        foreach (var room in s_quick)
        {
            var output = await Command.SucceedAsync(template.Solution(Awkward), "dotnet", "test", room, "--no-build", "-nologo", "-v", "q");
            Assert.Contains("Passed!", output, StringComparison.Ordinal);
        }
    }

    // NU19xx are findings about packages of the day; they stay visible and are no fault of the generated code.
    [GeneratedRegex(@"warning (?!NU19)[A-Z]+\d+.*", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Warning();
}
