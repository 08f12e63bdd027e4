using System.Reflection;
using OrionPlatform.Tests;

namespace OrionPlatform.Template.Tests;

/// <summary>
/// The template as <c>dotnet new install .</c> installs it, in a hive of the test's own, and what it generated for each kind of name.
/// </summary>
public sealed class InstalledTemplate : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, Task<string>> _built = [];

    /// <summary>Name given (none for a null) and the name it becomes where only an identifier may stand.</summary>
    internal static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string>
    {
        ["Acme.Orders"] = "Acme.Orders",
        ["My-App"] = "My_App",
        ["1stApp"] = "_1stApp",
        ["1st.My-App"] = "_1st.My_App",
        [Unnamed] = Unnamed,
    };

    /// <summary>Generated without <c>-n</c>, so named after its folder.</summary>
    internal const string Unnamed = "plainfolder";

    internal static string Repository { get; } = typeof(InstalledTemplate).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepositoryRoot").Value!;

    internal string Scratch => _folder.Path;

    public async Task InitializeAsync()
    {
        await InstallAsync("hive", Repository);
        foreach (var name in Names.Keys)
        {
            await GenerateAsync("hive", name, name == Unnamed ? [] : ["-n", name]);
        }
    }

    public async Task DisposeAsync()
    {
        // Whoever turned the compiler's server off does not want one left running.
        if (string.Equals(Environment.GetEnvironmentVariable("UseSharedCompilation"), "false", StringComparison.OrdinalIgnoreCase))
        {
            await Command.SucceedAsync(Scratch, "dotnet", "build-server", "shutdown", "--vbcscompiler");
        }
    }

    public void Dispose() => _folder.Dispose();

    internal Task InstallAsync(string hive, string package) =>
        Command.SucceedAsync(Scratch, "dotnet", "new", "install", package, "--debug:custom-hive", _folder.File(hive));

    /// <summary>Generates into a folder of that name and returns it.</summary>
    internal async Task<string> GenerateAsync(string hive, string folder, params string[] options)
    {
        var inside = options.Contains("-n") ? Scratch : Directory.CreateDirectory(_folder.File(folder)).FullName;
        await Command.SucceedAsync(inside, "dotnet",
            ["new", "orion-platform", "--no-restore", .. options, "--debug:custom-hive", _folder.File(hive)]);
        return Solution(folder);
    }

    internal string Solution(string name) => _folder.File(name);

    /// <summary>
    /// Builds a generated solution, once; returns what the build said. With analyzers in the full run only: they judge names (My-App
    /// becomes My_App), and take as long as all else.
    /// </summary>
    internal Task<string> BuildAsync(string name)
    {
        if (!_built.TryGetValue(name, out var build))
        {
            _built[name] = build = Command.SucceedAsync(Solution(name), "dotnet", "build", "-nologo", "-v", "q", $"-p:RunAnalyzers={BuildTests.IsFull}");
        }

        return build;
    }

    /// <summary>Every file under a folder, by its path from there, build output left out.</summary>
    internal static IReadOnlyList<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
            .Where(f => !f.Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal)];
}

/// <summary>All tests here share what was generated once.</summary>
[CollectionDefinition(Name)]
public sealed class InstalledTemplateGroup : ICollectionFixture<InstalledTemplate>
{
    internal const string Name = "installed template";
}
