using System.Collections.Concurrent;
using System.Diagnostics;

namespace OrionPlatform.Template.Tests;

/// <summary>A program run to its end.</summary>
internal static class Command
{
    private static readonly TimeSpan s_within = TimeSpan.FromMinutes(15);
    private static readonly ConcurrentDictionary<Process, bool> s_running = new();

    public static async Task<(int Code, string Output)> RunAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };

        // What the test runner's own build left in the environment must not reach another solution's.
        static bool IsOfTheBuild(string name) => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name is "LoadEngine";
        foreach (var name in start.Environment.Keys.Where(IsOfTheBuild).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";

        // Several solutions are compiled: one warm compiler does it in a third of the time.
        start.Environment["UseSharedCompilation"] = "true";
        using var process = Process.Start(start)!;
        s_running[process] = true;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(s_within);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        finally
        {
            s_running.TryRemove(process, out _);
        }

        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Ends what still runs: it was begun ahead, and nobody asks for it any more.</summary>
    public static void EndAll()
    {
        foreach (var process in s_running.Keys)
        {
            try
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }
            catch (InvalidOperationException)
            {
                // It has ended by itself meanwhile.
            }
        }
    }

    public static async Task<string> SucceedAsync(string folder, string program, params string[] arguments)
    {
        var (code, output) = await RunAsync(folder, program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}:\n{output}");
        return output;
    }
}
