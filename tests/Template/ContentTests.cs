using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace OrionPlatform.Template.Tests;

/// <summary>What comes along, under which name, and what does not.</summary>
[Collection(InstalledTemplateGroup.Name)]
public sealed partial class ContentTests(InstalledTemplate template)
{
    // The template's own affairs.
    private static readonly string[] s_own =
    [
        ".template.config/", ".ci/", "tests/Template/", "tests/Architecture/SourceTests.cs", "eng/", "README.md", "CONTRIBUTING.md",
        "CHANGELOG.md", "LICENSE",
    ];

    // What proves the platform, and comes with --platform-tests true only.
    private static readonly string[] s_platformTests =
    [
        "platform/tests/", "platform/benchmarks/", "tests/LoadTests/CommandLineTests.cs", "tests/Services/Fuzzing/",
        "tests/Services/History/", "tests/Services/Ingest/", "tests/Services/PublicApi/BusyTests.cs",
        "tests/Services/PublicApi/GeneratedClientTests.cs",
        "tests/Services/PublicApi/QuietStreamTests.cs", "tests/Services/PublicApi/SlowClientTests.cs",
        "tests/Services/Slice/ChainTests.cs", "tests/Shared/Fuzzing/", "tests/Shared/Otlp/ProtoBody.cs", "tests/Shared/Redaction/",
        "tests/Shared/Sqlite/Checkpointer.cs", "tests/Shared/Telemetry/", "tests/TraceGate/SurfaceTests.cs",
    ];

    // What stays behind with --sample false, and what comes in its place: the files of Overlay.
    private static readonly string[] s_sample =
    [
        "AppHost/SampleCommands.cs",
        "services/Api/Allocations/", "services/Api/Nodes/", "services/Contracts/Allocations.cs", "services/Contracts/Nodes.cs",
        "services/Domain/Allocations/", "services/Domain/Nodes/", "services/NodeAgent/", "services/Sleeper/",
        "services/Worker/Provisioning/", "services/Worker/Reconciliation/", "services/Worker/Retention/",
        "load-tests/Scenarios/", "tests/EndToEnd/", "tests/LoadTests/", "tests/TraceGate/",
        "tests/Services/Domain/AllocationHistoryTests.cs", "tests/Services/Domain/FinishedAllocationTests.cs",
        "tests/Services/Domain/StuckAllocationTests.cs", "tests/Services/Fuzzing/", "tests/Services/History/",
        "tests/Services/Ingest/", "tests/Services/Jobs/CapacityTests.cs",
        "tests/Services/NodeApi/", "tests/Services/PublicApi/AllocationAccessTests.cs",
        "tests/Services/PublicApi/AllocationOpenApiTests.cs", "tests/Services/PublicApi/AuditTests.cs",
        "tests/Services/PublicApi/BadInputTests.cs", "tests/Services/PublicApi/GeneratedClientTests.cs",
        "tests/Services/PublicApi/KillTests.cs", "tests/Services/PublicApi/ListTests.cs", "tests/Services/PublicApi/LiveTests.cs",
        "tests/Services/PublicApi/QuietStreamTests.cs", "tests/Services/PublicApi/SlowClientTests.cs",
        "tests/Services/PublicApi/ThrottleTests.cs", "tests/Services/Running/AllocationCalls.cs",
        "tests/Services/Running/OtlpCalls.cs", "tests/Services/Running/ServiceProcess.cs", "tests/Services/Slice/AgentKillTests.cs",
        "tests/Services/Slice/ChainTests.cs", "tests/Services/Slice/SliceTests.cs", "tests/Services/Telemetry/",
        "tests/Services/Workloads/", "tests/Shared/Platform/PlatformAllocations.cs",
    ];

    private const string Overlay = "eng/template/no-sample/";
    private const string Feed = "https://nuget.example.com/v3/index.json?a=1&b=2";

    private static readonly string[] s_source = ["fromSource", "withSample"];
    private static readonly string[] s_everything = ["fromSource", "withPlatformTests", "withSample"];
    private static readonly string[] s_withoutSample = ["fromSource", "withPlatformTests"];

    // One has all that a name can be changed by; ORION_TEMPLATE_FULL=1 looks at each by itself.
    public static TheoryData<string> Names =>
        [.. BuildTests.IsFull ? InstalledTemplate.Names.Keys : ["Acme.Orders", BuildTests.Awkward, InstalledTemplate.Unnamed]];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Exactly_the_users_files_come_along_under_the_users_name_and_no_trace_of_the_templates_is_left(string name)
    {
        var folder = await template.GeneratedAsync(name);
        var files = InstalledTemplate.Files(folder);

        Assert.Equal(await ExpectedAsync(InstalledTemplate.Names[name], s_source), files);
        Assert.DoesNotContain(files, IsTrace);
        Assert.DoesNotContain(
            files.Where(f => Path.GetExtension(f) is not ".png"), f => IsTrace(File.ReadAllText(Path.Combine(folder, f))));
        Assert.Equal(Projects(files), Listed(folder));
    }

    [Fact]
    public async Task With_the_platforms_tests_nothing_but_the_name_is_changed_in_any_file()
    {
        // The template engine evaluates and drops conditions it believes to be its own, silently.
        var folder = await template.EverythingAsync();
        var files = InstalledTemplate.Files(folder);
        Assert.Equal(await ExpectedAsync("Acme.Orders", s_everything), files);
        Assert.Equal(Projects(files), Listed(folder));
        await UnchangedAsync(folder, s_everything);
    }

    [Fact]
    public async Task Without_them_only_their_lines_are_left_out() =>
        await UnchangedAsync(await template.GeneratedAsync("Acme.Orders"), s_source);

    [Fact]
    public async Task With_packages_no_platform_comes_along_and_nobody_lists_it_but_its_feed_if_one_is_given()
    {
        var folder = await template.GeneratedAtAsync(
            "hive", "packages", "Acme.Orders", "--platform", "packages", "--platform-tests", "true", "--platform-feed", Feed,
            "--load-engine", "nbomber", "--store", "postgres");
        var files = InstalledTemplate.Files(folder);

        Assert.Equal((await ExpectedAsync("Acme.Orders", ["withSample"])).Append("nuget.config").Order(StringComparer.Ordinal), files);
        Assert.Equal(Projects(files), Listed(folder));
        var feed = XDocument.Load(Path.Combine(folder, "nuget.config")).Descendants("packageSources").Elements().Single();
        Assert.Equal(Feed, feed.Attribute("value")?.Value);
        var props = await File.ReadAllTextAsync(Path.Combine(folder, "Directory.Build.props"));
        Assert.Contains("""<LoadEngine Condition="'$(LoadEngine)' == ''">nbomber</LoadEngine>""", props, StringComparison.Ordinal);
        var settings = await File.ReadAllTextAsync(Path.Combine(folder, "AppHost", "RunSettings.cs"));
        Assert.Contains("""[EngineKey] ?? "postgres";""", settings, StringComparison.Ordinal);
        var telemetry = await File.ReadAllTextAsync(Path.Combine(folder, "docs", "telemetry.md"));
        Assert.DoesNotContain("dotnet run --project platform", telemetry, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_sample_one_tiny_slice_comes_along_in_its_place_and_no_word_of_it()
    {
        var folder = await template.GeneratedAtAsync(
            "hive", "sample-less", "Acme.Orders", "--sample", "false", "--platform-tests", "true");
        var files = InstalledTemplate.Files(folder);

        Assert.Equal(await ExpectedAsync("Acme.Orders", s_withoutSample), files);
        Assert.Equal(Projects(files), Listed(folder));
        await UnchangedAsync(folder, s_withoutSample);
        string[] product = ["AppHost/", "ServiceDefaults/", "services/", "load-tests/"];
        Assert.DoesNotContain(
            files.Where(f => product.Any(room => IsIn(f, room))), f => Sample().IsMatch(File.ReadAllText(Path.Combine(folder, f))));
        Assert.DoesNotContain(
            files.Where(f => Path.GetExtension(f) is not ".png"), f => IsTrace(File.ReadAllText(Path.Combine(folder, f))));
    }

    [Fact]
    public async Task Each_solution_has_user_secrets_of_its_own()
    {
        // Two solutions with one id would share their join token and their OTLP key.
        Assert.Distinct(
        [
            UserSecretsId(InstalledTemplate.Repository),
            UserSecretsId(await template.GeneratedAsync("Acme.Orders")),
            UserSecretsId(await template.GeneratedAsync(InstalledTemplate.Unnamed)),
        ]);
    }

    [Fact]
    public async Task The_templates_own_solution_lists_every_project()
    {
        // Else `dotnet test` would leave them out.
        var files = (await TrackedAsync()).Where(f => !f.StartsWith(".template.config/", StringComparison.Ordinal));

        Assert.Equal(Projects(files).Order(StringComparer.Ordinal), Listed(InstalledTemplate.Repository));
    }

    [Fact]
    public async Task The_package_generates_what_the_folder_does_and_asks_for_the_packages_of_its_version()
    {
        var folder = await template.GeneratedAtAsync(
            await template.PackageHiveAsync(), "from package", "FromPackage", "--platform-tests", "true");

        Assert.Equal(await ExpectedAsync("FromPackage", s_everything), InstalledTemplate.Files(folder));
        (string File, string Property)[] versions =
            [("Directory.Packages.props", "OrionVersion"), ("platform/Directory.Build.props", "Version")];
        foreach (var (file, property) in versions)
        {
            var generated = XDocument.Load(Path.Combine(folder, file));
            Assert.Equal(InstalledTemplate.Version, generated.Descendants(property).Single().Value);

            // Nothing else is changed by that.
            var original = XDocument.Parse(
                Chosen(await File.ReadAllTextAsync(Path.Combine(InstalledTemplate.Repository, file)), s_everything));
            original.Descendants(property).Single().Value = InstalledTemplate.Version;
            Assert.Equal(original.ToString(), generated.ToString());
        }
    }

    [Fact]
    public async Task Every_library_of_the_platform_is_a_package_with_a_version_and_a_description()
    {
        var versions = XDocument.Load(Path.Combine(InstalledTemplate.Repository, "Directory.Packages.props")).Descendants("PackageVersion")
            .SelectMany(p => p.Attribute("Include")!.Value.Split(';')).ToHashSet(StringComparer.Ordinal);
        var feed = await template.FeedAsync();
        var libraries = Directory.GetDirectories(Path.Combine(InstalledTemplate.Repository, "platform"), "Orion.*")
            .Select(d => Path.GetFileName(d)!).ToList();

        Assert.NotEmpty(libraries);
        Assert.All(libraries, library =>
        {
            Assert.True(library == "Orion.Cli" || versions.Contains(library), $"{library} has no version in Directory.Packages.props");
            Assert.True(File.Exists(Path.Combine(feed, $"{library}.{InstalledTemplate.Version}.nupkg")), $"{library} is not packed");
            var project = XDocument.Load(Path.Combine(InstalledTemplate.Repository, "platform", library, $"{library}.csproj"));
            Assert.NotEmpty(project.Descendants("Description").Single().Value);
        });
    }

    private static async Task UnchangedAsync(string folder, string[] symbols)
    {
        var userSecretsId = UserSecretsId(folder);
        foreach (var file in UsersOwn(await TrackedAsync(), symbols))
        {
            var overlaid = Path.Combine(InstalledTemplate.Repository, Overlay, file);
            var isOverlaid = !symbols.Contains("withSample") && File.Exists(overlaid);
            var source = isOverlaid ? overlaid : Path.Combine(InstalledTemplate.Repository, file);
            var original = Chosen(await File.ReadAllTextAsync(source), symbols);
            var expected = original
                .Replace(UserSecretsId(InstalledTemplate.Repository), userSecretsId, StringComparison.Ordinal)
                .Replace("OrionPlatform", "Acme.Orders", StringComparison.Ordinal);
            var generated =
                await File.ReadAllTextAsync(Path.Combine(folder, file.Replace("OrionPlatform", "Acme.Orders", StringComparison.Ordinal)));

            Assert.True(expected == generated, $"{file} was changed by the template engine.");
        }
    }

    /// <summary>The text without those lines between <c>#if</c> and <c>#endif</c> whose symbol is not chosen.</summary>
    private static string Chosen(string text, string[] symbols)
    {
        var lines = new List<string>();
        var open = new Stack<bool>([true]);
        foreach (var line in text.Split('\n'))
        {
            if (If().Match(line) is { Success: true } condition)
            {
                open.Push(open.Peek() && symbols.Contains(condition.Groups["symbol"].Value));
            }
            else if (line.Trim() == "<!--#endif -->")
            {
                open.Pop();
            }
            else if (open.Peek())
            {
                lines.Add(line);
            }
        }

        return string.Join('\n', lines);
    }

    /// <summary>Beside these are programs that a benchmark builds for itself.</summary>
    private static IEnumerable<string> Projects(IEnumerable<string> files) =>
        files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) && !f.Contains("/EmptyApp/", StringComparison.Ordinal));

    private static IEnumerable<string> Listed(string folder) =>
        XDocument.Load(Directory.GetFiles(folder, "*.slnx").Single()).Descendants("Project").Select(p => p.Attribute("Path")!.Value)
            .Order(StringComparer.Ordinal);

    private static bool IsTrace(string text) =>
        text.Contains("OrionPlatform", StringComparison.OrdinalIgnoreCase) || text.Contains("<!--#", StringComparison.Ordinal);

    private static async Task<IEnumerable<string>> ExpectedAsync(string name, string[] symbols) => UsersOwn(await TrackedAsync(), symbols)
        .Select(f => f.Replace("OrionPlatform", name, StringComparison.Ordinal))
        .Concat(["README.md", "LICENSE-template.txt"])
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> UsersOwn(IEnumerable<string> files, string[] symbols) => files
        .Where(f => symbols.Contains("withSample") || !s_sample.Any(p => IsIn(f, p)))
        .Select(f => !symbols.Contains("withSample") && f.StartsWith(Overlay, StringComparison.Ordinal) ? f[Overlay.Length..] : f)
        .Where(f => !s_own.Any(o => IsIn(f, o)))
        .Where(f => symbols.Contains("fromSource") || !(IsIn(f, "platform/") || f == "tests/Architecture/PlatformTests.cs"))
        .Where(f => symbols.Contains("withPlatformTests")
            || !(s_platformTests.Any(p => IsIn(f, p)) || (IsIn(f, "tests/") && f.EndsWith("KillTests.cs", StringComparison.Ordinal))))
        .Distinct(StringComparer.Ordinal);

    private static bool IsIn(string file, string place) =>
        file == place || (place.EndsWith('/') && file.StartsWith(place, StringComparison.Ordinal));

    private static async Task<IEnumerable<string>> TrackedAsync() =>
        (await Command.SucceedAsync(InstalledTemplate.Repository, "git", "-c", "core.quotePath=off", "ls-files", "--cached", "--others",
            "--exclude-standard", "--deduplicate"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(f => File.Exists(Path.Combine(InstalledTemplate.Repository, f)));

    private static string UserSecretsId(string folder) =>
        XDocument.Load(Directory.GetFiles(Path.Combine(folder, "AppHost"), "*.csproj").Single())
            .Descendants("UserSecretsId").Single().Value;

    [GeneratedRegex(@"allocation|sleeper|workload|node-?agent|join.?token", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Sample();

    [GeneratedRegex(@"^\s*<!--#if \((?<symbol>\w+)\) -->$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex If();
}
