using System.Collections.Concurrent;
using System.Diagnostics;

namespace OrionPlatform.AppHost.Tests;

/// <summary>The small platform as a process of its own.</summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private AppHostProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => _lines.Enqueue(e.Data ?? "");
        process.ErrorDataReceived += (_, e) => _lines.Enqueue(e.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public string Output => string.Join('\n', _lines);

    public static AppHostProcess Start(TempFolder home, params string[] args)
    {
        // A shell's background job ignores SIGINT, and so does all that it starts: here it is to be heard. env becomes the process itself.
        var start = new ProcessStartInfo("env") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (string[])["--default-signal=INT", DotNet.Path, AppModel.SmallPlatformAssembly, .. args])
        {
            start.ArgumentList.Add(argument);
        }

        // User secrets go to a folder of the test's own.
        start.Environment["APPDATA"] = home.Path;
        start.Environment["MARK"] = home.Path;
        start.Environment["ORDER"] = home.File("order");
        return new AppHostProcess(Process.Start(start)!);
    }

    public Task SaysAsync(string text) => Eventually.TrueAsync(() => Output.Contains(text, StringComparison.Ordinal), $"output contains '{text}'\n{Output}");

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signals.AskToStop(Id);
            await ExitAsync();
        }

        _process.Dispose();
    }
}
