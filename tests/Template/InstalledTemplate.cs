using System.Reflection;
using OrionPlatform.Tests;

namespace OrionPlatform.Template.Tests;

/// <summary>
/// The template's package, installed in a hive of the test's own; what it generates, each once; and the packages of the platform, packed
/// once.
/// </summary>
public sealed class InstalledTemplate : IAsyncLifetime, IDisposable
{
    /// <summary>Versions that no one else's cache has.</summary>
    internal const string Version = "0.0.7771", LaterVersion = "0.0.7772";

    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, Task<string>> _done = [];
    private readonly SemaphoreSlim _engine = new(1);

    /// <summary>Name given, and what it becomes. docs/updating.md has the rules.</summary>
    internal static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string>
    {
        ["Acme.Orders"] = "Acme.Orders",
        ["Acme.Orders.V2"] = "Acme.Orders.V2",
        ["my-app_3"] = "my_app_3",
        ["1stApp"] = "_1stApp",
        ["class"] = "_class",
        ["internal"] = "_internal",
        ["Acme.new"] = "Acme._new",
        ["A..B"] = "A.B",
        ["Store"] = "Store",
        ["Sink"] = "Sink",
        ["Task"] = "_Task",
        [BuildTests.Awkward] = "_1st.My_app_3._class._Task.Größe.日本",
        ["Größe"] = "Größe",
        ["日本"] = "日本",
        [Unnamed] = Unnamed,
    };

    /// <summary>Generated without <c>-n</c>, so named after its folder.</summary>
    internal const string Unnamed = "plainfolder";

    internal static string Repository { get; } = typeof(InstalledTemplate).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepositoryRoot").Value!;

    internal string Scratch => _folder.Path;

    public async Task InitializeAsync()
    {
        // The package, of the version that the sources have: from the folder, build output and all, each generating takes
        // four times as long.
        await Command.SucceedAsync(
            Repository, "dotnet", "msbuild", ".template.config/pack.csproj", "-nologo", "-v:q", "-restore", "-t:Pack",
            $"-p:PackageOutputPath={_folder.File("template")}");
        await InstallAsync("hive", Directory.GetFiles(_folder.File("template"), "*.nupkg").Single());

        // Packages that this machine has are used from where they are; the platform's, of no lasting version, must not stay there.
        var listed = await Command.SucceedAsync(Scratch, "dotnet", "nuget", "locals", "global-packages", "--list");
        var machine = listed.Split(": ", 2)[1].Trim();
        await File.WriteAllTextAsync(_folder.File("nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="restored" /></config>
              <fallbackPackageFolders><add key="machine" value="{machine}" /></fallbackPackageFolders>
            </configuration>
            """);

        // Begun at once, beside what the first test asks for: one build at a time leaves a third of the machine idle.
        _ = UpdatedWithoutSampleAsync();
        _ = BuiltWithPagesAsync();
        _ = EverythingAsync();
        foreach (var name in new[] { "Acme.Orders", BuildTests.Awkward, Unnamed })
        {
            _ = GeneratedAsync(name);
        }
    }

    public async Task DisposeAsync()
    {
        Command.EndAll();

        // Whoever turned the compiler's server off does not want one left running.
        if (string.Equals(Environment.GetEnvironmentVariable("UseSharedCompilation"), "false", StringComparison.OrdinalIgnoreCase))
        {
            await Command.SucceedAsync(Scratch, "dotnet", "build-server", "shutdown", "--vbcscompiler");
        }
    }

    public void Dispose()
    {
        _engine.Dispose();
        _folder.Dispose();
    }

    internal Task InstallAsync(string hive, string package) =>
        EngineAsync(Scratch, ["new", "install", package, "--debug:custom-hive", _folder.File(hive)]);

    /// <summary>The folder of a solution of that name (<see cref="Unnamed"/>: none is given) and those options.</summary>
    internal Task<string> GeneratedAsync(string name, params string[] options) => GeneratedAtAsync("hive", name, name, options);

    /// <summary>The same at a path of its own, by the template that is installed in that hive.</summary>
    internal Task<string> GeneratedAtAsync(string hive, string path, string name, params string[] options) =>
        OnceAsync($"generate {path}", () => GenerateAsync(hive, path, name, options));

    /// <summary>
    /// The default solution, under a name and at a path that are no easy ones, with what the pages for newcomers say in it.
    /// </summary>
    internal Task<string> WithPagesAsync() => OnceAsync("pages", async () =>
    {
        var folder = await GeneratedAtAsync("hive", BuildTests.AwkwardPath, BuildTests.Awkward);
        await Pages.TypeIntoAsync(folder);
        return folder;
    });

    /// <summary>That solution, built; what the build said.</summary>
    internal async Task<(string Folder, string Output)> BuiltWithPagesAsync()
    {
        var folder = await WithPagesAsync();
        return (folder, await BuiltAsync(folder));
    }

    /// <summary>All there is, by the template that is installed from the folder as it is.</summary>
    internal async Task<string> EverythingAsync()
    {
        await OnceAsync("install folder", async () =>
        {
            await InstallAsync("folder-hive", Repository);
            return Repository;
        });
        return await GeneratedAtAsync("folder-hive", "everything", "Acme.Orders", "--platform-tests", "true");
    }

    /// <summary>
    /// What the build of a generated solution said. With analyzers in the full run only: they judge names (my-app becomes my_app), and take
    /// as long as all else.
    /// </summary>
    internal Task<string> BuiltAsync(string folder) => OnceAsync($"build {folder}", () => BuildAsync(folder));

    internal static Task<string> BuildAsync(string folder) =>
        Command.SucceedAsync(folder, "dotnet", "build", "-nologo", "-v", "q", $"-p:RunAnalyzers={BuildTests.IsFull}");

    /// <summary>A folder with the packages of <see cref="Version"/> and of <see cref="LaterVersion"/>.</summary>
    internal Task<string> FeedAsync() => OnceAsync("pack", async () =>
    {
        var feed = Directory.CreateDirectory(_folder.File("feed")).FullName;
        await PackAsync(feed, Version);
        await PackAsync(feed, LaterVersion, "-p:NoBuild=true");
        return feed;
    });

    /// <summary>Installs the template's package of <see cref="Version"/> in a hive, and returns the name of that.</summary>
    internal Task<string> PackageHiveAsync() => OnceAsync("install package", async () =>
    {
        const string Hive = "package-hive";
        await InstallAsync(Hive, Path.Combine(await FeedAsync(), $"Orion.Platform.Template.{Version}.nupkg"));
        return Hive;
    });

    /// <summary>A solution whose platform comes as packages.</summary>
    internal async Task<string> OfPackagesAsync(string path, string name, params string[] options) => await GeneratedAtAsync(
        await PackageHiveAsync(), path, name, ["--platform", "packages", "--platform-feed", await FeedAsync(), .. options]);

    /// <summary>
    /// A solution without the sample, with what the pages for newcomers say in it, after its packages were updated; built.
    /// </summary>
    internal Task<string> UpdatedWithoutSampleAsync() => OnceAsync("updated", async () =>
    {
        var folder = await OfPackagesAsync("tiny", "Acme.Tiny", "--sample", "false");
        await Pages.TypeIntoAsync(folder);
        await UpdateTests.ToLaterPackagesAsync(folder);
        BuildTests.NoWarning(await BuildAsync(folder));
        return folder;
    });

    /// <summary>Every file under a folder, by its path from there, build output left out.</summary>
    internal static IReadOnlyList<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
            .Where(f => !f.Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal)];

    private async Task<string> GenerateAsync(string hive, string path, string name, string[] options)
    {
        var folder = Directory.CreateDirectory(_folder.File(path)).FullName;
        string[] named = name == Unnamed ? [] : ["-n", name, "-o", folder];
        string[] arguments = ["new", "orion-platform", "--no-restore", .. named, .. options, "--debug:custom-hive", _folder.File(hive)];

        await EngineAsync(folder, arguments);
        return folder;
    }

    /// <summary>Two template engines at once fail at times: one reads its list of packages while the other writes it.</summary>
    private async Task EngineAsync(string folder, string[] arguments)
    {
        await _engine.WaitAsync();
        try
        {
            await Command.SucceedAsync(folder, "dotnet", arguments);
        }
        finally
        {
            _engine.Release();
        }
    }

    private static Task<string> PackAsync(string feed, string version, params string[] options) => Command.SucceedAsync(
        Repository, "dotnet",
        ["msbuild", "eng/pack.proj", "-nologo", "-v:q", "-m", "-p:RunAnalyzers=false", $"-p:Version={version}",
            $"-p:PackageOutputPath={feed}", .. options]);

    private Task<string> OnceAsync(string what, Func<Task<string>> work)
    {
        lock (_done)
        {
            if (!_done.TryGetValue(what, out var done))
            {
                _done[what] = done = Task.Run(work);
            }

            return done;
        }
    }
}

/// <summary>All tests here share what was generated once.</summary>
[CollectionDefinition(Name)]
public sealed class InstalledTemplateGroup : ICollectionFixture<InstalledTemplate>
{
    internal const string Name = "installed template";
}
