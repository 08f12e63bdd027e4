using System.Text.RegularExpressions;

namespace OrionPlatform.Template.Tests;

/// <summary>The pages for newcomers, as a newcomer would type them in.</summary>
internal static partial class Pages
{
    public const string FirstSlice = "first-slice.md";

    // Each stands on the one before.
    private static readonly string[] s_all = [FirstSlice, "first-service.md", "first-alert.md", "first-metric.md"];

    /// <summary>Types the code of all pages of a generated solution into it.</summary>
    public static async Task TypeIntoAsync(string folder)
    {
        foreach (var page in s_all)
        {
            var blocks = Blocks(await File.ReadAllTextAsync(Path.Combine(folder, "docs", page))).ToList();
            Assert.NotEmpty(blocks);
            blocks.ForEach(block => Type(folder, page, block));
        }

        await Command.SucceedAsync(folder, "dotnet", "sln", "add", "services/Greeter");
    }

    /// <summary>
    /// A block of code belongs to the last path in the line above it. After "after `...`" or "before `...`" it goes into that file there;
    /// otherwise it is the file.
    /// </summary>
    public static IEnumerable<Block> Blocks(string page) => CodeBlock().Matches(page).Select(m => new Block(
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

    internal sealed record Block(string Path, string Where, string Anchor, string Code);
}
