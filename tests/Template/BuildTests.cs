using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OrionPlatform.Template.Tests;

/// <summary>What was generated builds.</summary>
[Collection(InstalledTemplateGroup.Name)]
public sealed partial class BuildTests(InstalledTemplate template)
{
    // A build takes a minute. This one has all that a name can do to code, and a path that is no easier; ORION_TEMPLATE_FULL=1 builds each
    // name by itself.
    internal const string Awkward = "1st.My-app_3.class..Task.Größe.日本";
    internal const string AwkwardPath = "a path with spaces/deep/deeper/still deeper/and a bit more";

    // With the platform's tests nothing but the name differs from the sources that these tests are built with.
    private const string Everything = "everything";

    public static TheoryData<string> Names => [.. IsFull ? InstalledTemplate.Names.Keys.Append(Everything) : [Awkward]];

    internal static bool IsFull => Environment.GetEnvironmentVariable("ORION_TEMPLATE_FULL") == "1";

    [Theory]
    [MemberData(nameof(Names))]
    public async Task It_builds_without_a_warning_whatever_its_name(string name)
    {
        var folder = name switch
        {
            Awkward => await template.WithPagesAsync(),
            Everything => await template.EverythingAsync(),
            _ => await template.GeneratedAsync(name),
        };

        NoWarning(await template.BuiltAsync(folder));
    }

    [Fact]
    public async Task A_part_of_a_name_that_is_a_class_which_the_code_uses_is_changed()
    {
        // In namespace Task.Api the word Task means that namespace, and no longer the class.
        var (folder, _) = await template.BuiltWithPagesAsync();
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(
            Path.Combine(InstalledTemplate.Repository, ".template.config", "template.json")));
        var changed = new Regex(json.RootElement.GetProperty("forms").GetProperty("noTypeName").GetProperty("pattern").GetString()!,
            RegexOptions.None, TimeSpan.FromSeconds(10));
        var own = Directory.GetFiles(folder, "_1st.*.dll", SearchOption.AllDirectories)
            .Where(f => f.Split(Path.DirectorySeparatorChar).Contains("bin")).DistinctBy(Path.GetFileName).ToList();
        var words = own.SelectMany(TypesIn).Where(t => OneWord().IsMatch(t)).ToHashSet(StringComparer.Ordinal);

        Assert.Contains("Task", words);

        // Only in the signature of a compiler's method that a test calls; nothing says the word. It is too good a name to be changed.
        words.Remove("Platform");
        var missing = words.Where(w => !changed.IsMatch(w)).Order(StringComparer.Ordinal);
        Assert.True(!missing.Any(), "Add to the form noTypeName in .template.config/template.json: " + string.Join('|', missing));
    }

    internal static void NoWarning(string output) => Assert.Empty(Warning().Matches(output).Select(m => m.Value));

    /// <summary>Types that an assembly has or uses, by their last names.</summary>
    private static IEnumerable<string> TypesIn(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        var names = metadata.TypeReferences.Select(h => metadata.GetTypeReference(h).Name)
            .Concat(metadata.TypeDefinitions.Select(h => metadata.GetTypeDefinition(h).Name));
        return [.. names.Select(n => metadata.GetString(n).Split('`')[0])];
    }

    [GeneratedRegex("^[A-Z][a-z0-9]+$", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex OneWord();

    // NU19xx are findings about packages of the day; they stay visible and are no fault of the generated code.
    [GeneratedRegex(@"warning (?!NU19)[A-Z]+\d+.*", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Warning();
}
