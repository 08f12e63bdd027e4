using System.Diagnostics;
using System.Text.Json;

namespace OrionPlatform.Services.Tests;

/// <summary>
/// OpenTelemetry's JavaScript SDK as a process of its own; its packages come from the registry that npm is set up for, in the versions of
/// the lock file.
/// </summary>
public sealed class JavaScriptSender : IAsyncLifetime
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "Ingest", "JavaScriptSdk");

    /// <summary>Null where there is Node.js with npm; else how to get it.</summary>
    internal static string? Missing { get; } = Find("node") is null || Find("npm") is null
        ? "Needs Node.js 18.19 or later with npm: install them (Debian: apt-get install nodejs npm; macOS: brew install node)."
        : null;

    public async Task InitializeAsync()
    {
        var installed = Path.Combine(s_folder, "node_modules", ".package-lock.json");
        var locked = Path.Combine(s_folder, "package-lock.json");
        if (Missing is null && (!File.Exists(installed) || File.GetLastWriteTimeUtc(installed) < File.GetLastWriteTimeUtc(locked)))
        {
            await RunAsync(Find("npm")!, "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            File.SetLastWriteTimeUtc(installed, DateTime.UtcNow);
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Sends one round of metrics, traces and logs; the ids of its two roots, as it made them.</summary>
    internal async Task<IReadOnlyList<SentTrace>> SendAsync(ApiUnderTest api, string encoding, string temporality, string host)
    {
        var ids = await RunAsync(Find("node")!, "sender.mjs", api.Address.ToString(), ServiceSecrets.OtlpKey, encoding, temporality, host);
        return JsonSerializer.Deserialize<SentTrace[]>(ids, JsonSerializerOptions.Web)!;
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = s_folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        var (said, failed) = (await output, await errors);

        // An exporter whose export fails says so there, and ends well all the same.
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {failed}{said}");
        Assert.DoesNotContain("Error", failed, StringComparison.Ordinal);
        return said;
    }

    private static string? Find(string program)
    {
        string[] names = OperatingSystem.IsWindows() ? [program + ".exe", program + ".cmd"] : [program];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }
}

/// <summary>A root span and its child, as the SDK numbered them.</summary>
internal sealed record SentTrace(string Trace, string Span, string Child);

/// <summary>A test with a Node.js process; skipped, with the way to get it, where there is none.</summary>
internal sealed class NodeJsTheoryAttribute : TheoryAttribute
{
    public NodeJsTheoryAttribute() => Skip = JavaScriptSender.Missing;
}
