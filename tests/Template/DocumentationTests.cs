using System.Text.RegularExpressions;

namespace OrionPlatform.Template.Tests;

/// <summary>What the pages for newcomers say is typed into a generated solution, file by file, and does what they say.</summary>
[Collection(InstalledTemplateGroup.Name)]
public sealed partial class DocumentationTests(InstalledTemplate template)
{
    private const string Name = "Acme.Orders";
    private const int MostLinesOfTheFirstSlice = 60;

    // Each stands on the one before.
    private static readonly string[] s_pages = ["first-slice.md", "first-service.md", "first-alert.md", "first-metric.md"];

    [Fact]
    public async Task The_code_of_every_page_builds_and_its_tests_pass()
    {
        var folder = await template.GeneratedAtAsync("hive", "documented", Name);
        await TypeAsync(folder);
        BuildTests.NoWarning(await InstalledTemplate.BuildAsync(folder));
        foreach (var (room, tests) in ((string, string)[])
            [("tests/Services", "FullyQualifiedName~NoteTests|FullyQualifiedName~JobBacklogTests|FullyQualifiedName~NoteTelemetryTests"), ("tests/Architecture", "")])
        {
            string[] filter = tests.Length == 0 ? [] : ["--filter", tests];
            var output = await Command.SucceedAsync(folder, "dotnet", ["test", room, .. filter, "--no-build", "-nologo"]);
            Assert.Contains("Passed!", output, StringComparison.Ordinal);
            Assert.DoesNotContain("Skipped:     1", output, StringComparison.Ordinal);
        }
    }

    /// <summary>Types the code of every page.</summary>
    internal static async Task TypeAsync(string folder)
    {
        foreach (var page in s_pages)
        {
            var blocks = Blocks(await File.ReadAllTextAsync(Path.Combine(folder, "docs", page))).ToList();
            Assert.NotEmpty(blocks);
            blocks.ForEach(block => Type(folder, page, block));
        }

        await Command.SucceedAsync(folder, "dotnet", "sln", "add", "services/Greeter");
    }

    [Fact]
    public async Task A_first_slice_with_its_test_takes_no_more_than_sixty_lines()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(InstalledTemplate.Repository, "docs", s_pages[0]));

        Assert.InRange(Blocks(text).Sum(b => b.Code.TrimEnd('\n').Split('\n').Length), 30, MostLinesOfTheFirstSlice);
    }

    /// <summary>
    /// A block of code belongs to the last path in the line above it. After "after `...`" or "before `...`" it goes into that file there;
    /// otherwise it is the file.
    /// </summary>
    private static IEnumerable<Block> Blocks(string page) => CodeBlock().Matches(page).Select(m => new Block(
        m.Groups["path"].Value, m.Groups["where"].Value, m.Groups["anchor"].Value, m.Groups["code"].Value));

    private static void Type(string folder, string page, Block block)
    {
        var file = Path.Combine(folder, block.Path);
        if (block.Anchor.Length == 0)
        {
            Assert.False(File.Exists(file), $"{page} writes {block.Path}, which is there already.");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, block.Code);
            return;
        }

        var lines = File.ReadAllText(file).Split('\n').ToList();
        var at = lines.FindIndex(l => l.Contains(block.Anchor, StringComparison.Ordinal));
        Assert.True(at >= 0, $"{page} names '{block.Anchor}' in {block.Path}, where it is not.");
        lines.InsertRange(block.Where == "after" ? at + 1 : at, block.Code.TrimEnd('\n').Split('\n'));
        File.WriteAllText(file, string.Join('\n', lines));
    }

    [GeneratedRegex(
        @"`(?<path>[\w./-]+/[\w./-]+)`(, (?<where>after|before) `(?<anchor>[^`]+)`)?\n```(csharp|sql|xml|markdown)\n(?<code>.*?)```\n",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex CodeBlock();

    private sealed record Block(string Path, string Where, string Anchor, string Code);
}
