using System.Diagnostics;
using System.Reflection;
using OrionPlatform.Tests;

namespace OrionPlatform.LoadTests.Tests;

/// <summary>load-tests as a process, in a folder of the test's own with keys for <see cref="AllocationServer"/>.</summary>
internal sealed class LoadTestProgram : IDisposable
{
    private const int Attempts = 4;

    // As it is built for itself: beside the tests it lacks what they take from their framework.
    private static readonly string s_path = Directory.EnumerateFiles(
        typeof(LoadTestProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "LoadTests").Value!,
        Path.GetFileName(typeof(PublicApi).Assembly.Location), SearchOption.AllDirectories).First();

    private readonly TempFolder _folder = new();

    public LoadTestProgram() => File.WriteAllText(Keys, AllocationServer.Keys);

    public string Keys => _folder.File("dev-keys.json");

    public string Report(string name) => Path.Combine(_folder.Path, "reports", name);

    /// <summary>Runs it again while it ends otherwise, a few times: what a busy machine does to a run is not what is tested.</summary>
    public async Task<(int Code, string Output)> RunUntilAsync(int expected, params string[] arguments)
    {
        var result = await RunAsync(arguments);
        for (var attempt = 1; result.Code != expected && attempt < Attempts; attempt++)
        {
            result = await RunAsync(arguments);
        }

        return result;
    }

    public async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return (process.ExitCode, await output + await errors);
    }

    public Process Start(params string[] arguments)
    {
        var keys = arguments.Contains("--url") ? ["--keys", Keys] : Array.Empty<string>();
        return Process.Start(new ProcessStartInfo("dotnet", [s_path, .. arguments, .. keys])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
    }

    public void Dispose() => _folder.Dispose();
}
