using System.Diagnostics;
using OrionPlatform.Tests;

namespace Orion.Benchmarks.Tests;

/// <summary>Each benchmark starts; what it measures is no matter here.</summary>
public sealed class StartTests
{
    private static readonly TimeSpan s_within = TimeSpan.FromSeconds(90);

    private static readonly IReadOnlyDictionary<string, Benchmark> s_all = typeof(Benchmark).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(Benchmark)))
        .Select(type => (Benchmark)Activator.CreateInstance(type)!)
        .ToDictionary(benchmark => benchmark.Name);

    public static TheoryData<string> Names => [.. s_all.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public Task It_measures_when_started_by_its_own_executable(string name) =>
        MeasuresAsync(name, Path.ChangeExtension(typeof(Benchmark).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null));

    // One that starts itself as a child, which has to be told from dotnet.
    [Fact]
    public Task And_as_an_assembly() => MeasuresAsync("overhead", "dotnet", typeof(Benchmark).Assembly.Location);

    private static async Task MeasuresAsync(string name, string program, params string[] arguments)
    {
        // Whatever it writes is in this folder. Its children share its standard error: that ends when the last of them has ended.
        using var folder = new TempFolder();
        if (!OperatingSystem.IsWindows())
        {
            // Where this runs as root, a PostgreSQL in it belongs to somebody else, who has to come through.
            File.SetUnixFileMode(folder.Path, File.GetUnixFileMode(folder.Path) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        var start = new ProcessStartInfo(program, [.. arguments, name, .. s_all[name].SoonMeasuring])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (variable, value) in ShortLived.Environment)
        {
            start.Environment[variable] = value;
        }

        foreach (var variable in (string[])["TMPDIR", "TMP", "TEMP"])
        {
            start.Environment[variable] = folder.Path;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var printed = new List<string>();
        try
        {
            await BeginsAsync(process, name, printed).WaitAsync(s_within);

            // A second of it: by then it would have failed if it could not measure.
            var rest = process.StandardOutput.ReadToEndAsync();
            var second = process.WaitForExitAsync();
            await Task.WhenAny(second, Task.Delay(TimeSpan.FromSeconds(1)));
            Assert.True(!process.HasExited || process.ExitCode == 0, process.HasExited ? await errors + await rest : "");
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{program} {name} did not begin to measure within {s_within.TotalSeconds} s:\n{string.Join('\n', printed)}");
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync().WaitAsync(s_within);
        await errors.WaitAsync(s_within);
        Directory.Delete(folder.Path, recursive: true);

        async Task BeginsAsync(Process running, string benchmark, List<string> lines)
        {
            while (await running.StandardOutput.ReadLineAsync() is { } line)
            {
                lines.Add(line);
                if (line == $"{benchmark}: measuring")
                {
                    return;
                }
            }

            Assert.Fail($"{program} {benchmark} ended before it measured:\n{string.Join('\n', lines)}\n{await errors}");
        }
    }
}
