using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace OrionPlatform.Template.Tests;

/// <summary>What the pages for newcomers say is typed into a generated solution, file by file, and does what they say.</summary>
[Collection(InstalledTemplateGroup.Name)]
public sealed class DocumentationTests(InstalledTemplate template)
{
    private const int MostLinesOfTheFirstSlice = 60;

    [Fact]
    public async Task The_code_of_every_page_builds_and_its_tests_pass()
    {
        var (folder, built) = await template.BuiltWithPagesAsync();
        BuildTests.NoWarning(built);
        foreach (var (room, tests) in ((string, string)[])
        [
            ("tests/Services", "FullyQualifiedName~NoteTests|FullyQualifiedName~JobBacklogTests|FullyQualifiedName~NoteTelemetryTests"),
            ("tests/Architecture", ""),
            ("tests/AppHost", "FullyQualifiedName~ServicesTests"),

            // It starts and exercises the whole platform.
            .. BuildTests.IsFull ? [("tests/TraceGate", "FullyQualifiedName~TraceGateTests")] : ((string, string)[])[],
        ])
        {
            string[] filter = tests.Length == 0 ? [] : ["--filter", tests];
            var output = await Command.SucceedAsync(folder, "dotnet", ["test", room, .. filter, "--no-build", "-nologo"]);
            Assert.Contains("Passed!", output, StringComparison.Ordinal);
            Assert.DoesNotContain("Skipped:     1", output, StringComparison.Ordinal);
        }

        await GreetsAsync(Path.Combine(folder, "services", "Greeter"));
    }

    [Fact]
    public async Task A_first_slice_with_its_test_takes_no_more_than_sixty_lines()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(InstalledTemplate.Repository, "docs", Pages.FirstSlice));

        Assert.InRange(Pages.Blocks(text).Sum(b => b.Code.TrimEnd('\n').Split('\n').Length), 30, MostLinesOfTheFirstSlice);
    }

    private static async Task GreetsAsync(string project)
    {
        var program = Directory.GetFiles(Path.Combine(project, "bin"), "*.Greeter.dll", SearchOption.AllDirectories).Single();
        using var port = new TcpListener(IPAddress.Loopback, 0);
        port.Start();
        var address = new Uri($"http://127.0.0.1:{((IPEndPoint)port.LocalEndpoint).Port}");
        port.Stop();
        using var greeter = Process.Start(new ProcessStartInfo("dotnet", [program, $"--urls={address}"]) { WorkingDirectory = project })!;
        try
        {
            using var http = new HttpClient { BaseAddress = address };
            var said = "";
            await Eventually.TrueAsync(async () =>
            {
                try
                {
                    said = await http.GetStringAsync(new Uri("hello/world", UriKind.Relative));
                    return true;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            }, "the greeter answers", TimeSpan.FromSeconds(60));
            Assert.Equal("\"Hello, world.\"", said);
            Assert.Equal("Healthy", await http.GetStringAsync(new Uri("alive", UriKind.Relative)));
        }
        finally
        {
            greeter.Kill(entireProcessTree: true);
            await greeter.WaitForExitAsync();
        }
    }
}
