using System.Text.RegularExpressions;

namespace OrionPlatform.Architecture.Tests;

/// <summary>Rules that keep the source easy to walk through, and its secrets out of it.</summary>
public sealed partial class SourceTests
{
    [Fact]
    public void No_source_file_of_the_product_is_longer_than_300_lines()
    {
        var tooLong = Sources()
            .Select(file => (File: Path.GetRelativePath(Repository.Root, file), Lines: File.ReadLines(file).Count()))
            .Where(f => f.Lines > 300)
            .ToList();

        Assert.True(tooLong.Count == 0, "Two jobs in one file? " + string.Join(", ", tooLong.Select(f => $"{f.File} ({f.Lines})")));
    }

    [Fact]
    public void Half_of_the_source_files_have_at_most_60_lines()
    {
        var lengths = Sources().Select(file => File.ReadLines(file).Count()).Order().ToList();

        Assert.True(lengths[lengths.Count / 2] <= 60, $"The median file has {lengths[lengths.Count / 2]} lines.");
    }

    [Fact]
    public void No_type_bears_the_solutions_name()
    {
        // The template renames it, perhaps to Acme.Orders, which cannot be part of a type's name.
        var wrong = Sources().Where(file => TypeWithSolutionName().IsMatch(File.ReadAllText(file))).ToList();

        Assert.Empty(wrong);
    }

    private static IEnumerable<string> Sources() => Repository.Rooms.Keys
        .SelectMany(room => Directory.EnumerateFiles(Path.Combine(Repository.Root, room), "*.cs", SearchOption.AllDirectories))
        .Where(file => !Build().IsMatch(file));

    [GeneratedRegex(@"[/\\](bin|obj)[/\\]", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Build();

    [GeneratedRegex(@"\b(class|record|struct|interface|enum)\s+\w*OrionPlatform", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TypeWithSolutionName();
}
