using System.Text.RegularExpressions;

namespace OrionPlatform.Architecture.Tests;

/// <summary>What the template asks of the source.</summary>
public sealed partial class SourceTests
{
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

    [GeneratedRegex(
        @"\b(class|record|struct|interface|enum)\s+\w*OrionPlatform", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TypeWithSolutionName();
}
