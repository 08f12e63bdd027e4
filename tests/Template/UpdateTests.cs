namespace OrionPlatform.Template.Tests;

/// <summary>
/// A solution with a slice of its own gets a later platform (docs/updating.md): it builds, and its tests pass. ORION_TEMPLATE_FULL=1 runs
/// its whole test command.
/// </summary>
[Collection(InstalledTemplateGroup.Name)]
public sealed class UpdateTests(InstalledTemplate template)
{
    // Quick ones that touch most rooms; the slice's is in the second.
    private static readonly string[][] s_quick =
    [
        ["tests/Architecture"],
        ["tests/Services", "--filter", "FullyQualifiedName~NoteTests|FullyQualifiedName~MembersTests|FullyQualifiedName~CapacityTests"],
    ];

    // Each builds a solution once more. The source is replaced in the full run only; a version is bumped in every one.
    public static TheoryData<string> Kinds => [.. BuildTests.IsFull ? ["source", "packages"] : (string[])["packages"]];

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task A_later_platform_builds_and_the_tests_pass(string kind) => kind == "source" ? SourceAsync() : PackagesAsync();

    private async Task SourceAsync()
    {
        var folder = await template.WithPagesAsync();
        await template.BuiltAsync(folder);

        var platform = Path.Combine(folder, "platform");
        Directory.Delete(platform, recursive: true);
        var newer = await template.GeneratedAtAsync("hive", "newer", BuildTests.Awkward);
        Directory.Move(Path.Combine(newer, "platform"), platform);
        await SetAsync(Path.Combine(platform, "Directory.Build.props"), "Version");

        await PassesAsync(folder);
    }

    private async Task PackagesAsync()
    {
        var folder = await template.OfPackagesAsync();
        AddSlice(folder, "Store");

        await SetAsync(Path.Combine(folder, "Directory.Packages.props"), "OrionVersion");

        await PassesAsync(folder);
    }

    private static async Task SetAsync(string file, string property)
    {
        var text = await File.ReadAllTextAsync(file);
        var line = text.Split('\n').Single(l => l.TrimStart().StartsWith($"<{property} ", StringComparison.Ordinal));
        await File.WriteAllTextAsync(file, text.Replace(
            line, $"<{property}>{InstalledTemplate.LaterVersion}</{property}>", StringComparison.Ordinal));
    }

    private static async Task PassesAsync(string folder)
    {
        BuildTests.NoWarning(await InstalledTemplate.BuildAsync(folder));
        var api = Directory.GetFiles(Path.Combine(folder, "services", "Api", "bin"), "*.Api.deps.json", SearchOption.AllDirectories)
            .Single();
        Assert.Contains($"\"Orion.Store/{InstalledTemplate.LaterVersion}\"", await File.ReadAllTextAsync(api), StringComparison.Ordinal);
        if (BuildTests.IsFull)
        {
            var all = await Command.SucceedAsync(folder, "dotnet", "test", "--no-build");
            Assert.Contains("SloGate.Tests.dll", all, StringComparison.Ordinal);
            return;
        }

        foreach (var room in s_quick)
        {
            var output = await Command.SucceedAsync(folder, "dotnet", ["test", .. room, "--no-build", "-nologo"]);
            Assert.Contains("Passed!", output, StringComparison.Ordinal);
        }
    }

    /// <summary>A table, what is written to it, and a test.</summary>
    private static void AddSlice(string folder, string name)
    {
        var notes = Directory.CreateDirectory(Path.Combine(folder, "services", "Domain", "Notes")).FullName;
        File.WriteAllText(Path.Combine(notes, "0910_notes.sql"), "CREATE TABLE notes (id TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL);");
        File.WriteAllText(Path.Combine(notes, "NoteRows.cs"), $$"""
            using Orion.Store;

            namespace {{name}}.Domain;

            /// <summary>Notes.</summary>
            public static class NoteRows
            {
                /// <summary>Adds one.</summary>
                public static Task AddAsync(WriteTransaction tx, string id, string text) =>
                    tx.ExecuteAsync("INSERT INTO notes VALUES (@id, @text)", new { id, text });

                /// <summary>Reads one.</summary>
                public static Task<string?> TextAsync(ReadTransaction tx, string id) =>
                    tx.QuerySingleOrDefaultAsync<string>("SELECT text FROM notes WHERE id = @id", new { id });
            }

            """);
        var tests = Directory.CreateDirectory(Path.Combine(folder, "tests", "Services", "Notes")).FullName;
        File.WriteAllText(Path.Combine(tests, "NoteTests.cs"), $$"""
            using {{name}}.Domain;

            namespace {{name}}.Services.Tests;

            public sealed class NoteTests
            {
                [Fact]
                public async Task A_note_that_was_added_is_read()
                {
                    await using var domain = new DomainUnderTest();
                    await domain.Store.WriteAsync(tx => NoteRows.AddAsync(tx, "n1", "milk"));

                    Assert.Equal("milk", await domain.Store.ReadAsync(tx => NoteRows.TextAsync(tx, "n1")));
                }
            }

            """);
    }
}
