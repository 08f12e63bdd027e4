using System.Xml.Linq;

namespace OrionPlatform.Template.Tests;

/// <summary>What comes along, under which name, and what does not.</summary>
[Collection(InstalledTemplateGroup.Name)]
public sealed class ContentTests(InstalledTemplate template)
{
    // The template's own affairs.
    private static readonly string[] s_own =
        [".template.config/", ".ci/", "tests/Template/", "eng/template/", "eng/pack.sh", "README.md", "CONTRIBUTING.md",
        "CHANGELOG.md", "LICENSE"];

    public static TheoryData<string> Names => [.. InstalledTemplate.Names.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Exactly_the_users_files_come_along_under_the_users_name(string name) =>
        Assert.Equal(await ExpectedAsync(InstalledTemplate.Names[name]), InstalledTemplate.Files(template.Solution(name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void No_trace_of_the_templates_name_is_left(string name)
    {
        var folder = template.Solution(name);
        var left = InstalledTemplate.Files(folder).Where(f =>
            IsTrace(f) || (Path.GetExtension(f) is not ".png" && IsTrace(File.ReadAllText(Path.Combine(folder, f)))));

        Assert.Empty(left);
    }

    [Fact]
    public async Task Nothing_but_the_name_is_changed_in_any_file()
    {
        // The template engine evaluates and drops conditions it believes to be its own, silently.
        var folder = template.Solution("Acme.Orders");
        var userSecretsId = UserSecretsId(folder, "Acme.Orders");
        foreach (var file in UsersOwn(await GitFilesAsync("ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate")))
        {
            var original = WithoutTemplateTests(file, await File.ReadAllTextAsync(Path.Combine(InstalledTemplate.Repository, file)));
            var expected = original
                .Replace(UserSecretsId(InstalledTemplate.Repository, "OrionPlatform"), userSecretsId, StringComparison.Ordinal)
                .Replace("OrionPlatform", "Acme.Orders", StringComparison.Ordinal)
                .Replace("orion-platform", "acme-orders", StringComparison.Ordinal);
            var generated =
                await File.ReadAllTextAsync(Path.Combine(folder, file.Replace("OrionPlatform", "Acme.Orders", StringComparison.Ordinal)));

            Assert.True(expected == generated, $"{file} was changed by the template engine.");
        }
    }

    [Fact]
    public void Each_solution_has_user_secrets_of_its_own()
    {
        // Two solutions with one id would share their join token and their OTLP key.
        Assert.Distinct([UserSecretsId(InstalledTemplate.Repository, "OrionPlatform"), UserSecretsId(template.Solution("Acme.Orders"), "Acme.Orders"), UserSecretsId(template.Solution("My-App"), "My_App")]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_solution_lists_every_room_and_its_tests_and_nothing_that_is_not_there(string name)
    {
        var folder = template.Solution(name);

        Assert.Equal(Projects(InstalledTemplate.Files(folder)), await ListedAsync(folder));
    }

    [Fact]
    public async Task The_templates_own_solution_lists_all_that_and_the_templates_tests()
    {
        // Else `dotnet test` would leave them out.
        var files = (await GitFilesAsync("ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"))
            .Where(f => !f.StartsWith(".template.config/", StringComparison.Ordinal))
            .Where(f => File.Exists(Path.Combine(InstalledTemplate.Repository, f)));

        Assert.Equal(Projects(files).Order(StringComparer.Ordinal), await ListedAsync(InstalledTemplate.Repository));
    }

    [Fact]
    public async Task The_option_sets_the_load_engine()
    {
        var folder = await template.GenerateAsync("hive", "Switched", "-n", "Switched", "--load-engine", "nbomber");

        var props = await File.ReadAllTextAsync(Path.Combine(folder, "Directory.Build.props"));
        Assert.Contains("""<LoadEngine Condition="'$(LoadEngine)' == ''">nbomber</LoadEngine>""", props, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_package_generates_what_the_folder_does()
    {
        var packages = Path.Combine(template.Scratch, "packages");
        await Command.SucceedAsync(InstalledTemplate.Repository, "dotnet", "pack", ".template.config/pack.csproj", "-nologo", "-v", "q",
            "-o", packages, $"-p:BaseIntermediateOutputPath={template.Scratch}/pack-obj/");
        await template.InstallAsync("package-hive", Assert.Single(Directory.GetFiles(packages)));

        var generated = await template.GenerateAsync("package-hive", "FromPackage", "-n", "FromPackage");

        var tracked = await GitFilesAsync("ls-files");
        Assert.Equal(Mapped(tracked.Where(f => File.Exists(Path.Combine(InstalledTemplate.Repository, f))), "FromPackage"),
            InstalledTemplate.Files(generated));
    }

    /// <summary>Beside these are programs that a benchmark builds for itself.</summary>
    private static IEnumerable<string> Projects(IEnumerable<string> files) =>
        files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) && !f.Contains("/EmptyApp/", StringComparison.Ordinal));

    private static async Task<IEnumerable<string>> ListedAsync(string folder) =>
        (await Command.SucceedAsync(folder, "dotnet", "sln", "list")).Split('\n', StringSplitOptions.TrimEntries)
            .Where(l => l.EndsWith(".csproj", StringComparison.Ordinal)).Select(l => l.Replace('\\', '/')).Order(StringComparer.Ordinal);

    /// <summary>The solution without the lines about the template's own tests, which its users do not get.</summary>
    private static string WithoutTemplateTests(string file, string text)
    {
        if (!file.EndsWith(".sln", StringComparison.Ordinal))
        {
            return text;
        }

        var lines = text.Split('\n');
        var ids = lines
            .Where(l => l.Contains("\"Template\"", StringComparison.Ordinal)
                || l.Contains("Template.Tests.csproj", StringComparison.Ordinal))
            .Select(l => l[^39..^1])
            .ToList();
        bool IsOf(string line) => ids.Exists(id => line.Contains(id, StringComparison.Ordinal));
        return string.Join('\n', lines.Where((line, i) => !IsOf(line) && !(line == "EndProject" && IsOf(lines[i - 1]))));
    }

    private static bool IsTrace(string text) =>
        text.Contains("OrionPlatform", StringComparison.OrdinalIgnoreCase)
            || text.Contains("orion-platform", StringComparison.OrdinalIgnoreCase);

    private static async Task<IEnumerable<string>> ExpectedAsync(string name) =>
        Mapped(await GitFilesAsync("ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"), name);

    private static IEnumerable<string> UsersOwn(IEnumerable<string> files) => files
        .Where(f => File.Exists(Path.Combine(InstalledTemplate.Repository, f))
            && !s_own.Any(o => f == o || (o.EndsWith('/') && f.StartsWith(o, StringComparison.Ordinal))));

    private static IEnumerable<string> Mapped(IEnumerable<string> files, string name) => UsersOwn(files)
        .Select(f => f.Replace("OrionPlatform", name, StringComparison.Ordinal))
        .Concat(["README.md", "LICENSE-template.txt"])
        .Order(StringComparer.Ordinal);

    private static async Task<string[]> GitFilesAsync(params string[] arguments) =>
        (await Command.SucceedAsync(InstalledTemplate.Repository, "git", ["-c", "core.quotePath=off", .. arguments]))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string UserSecretsId(string folder, string name) =>
        XDocument.Load(Path.Combine(folder, "AppHost", $"{name}.AppHost.csproj")).Descendants("UserSecretsId").Single().Value;
}
