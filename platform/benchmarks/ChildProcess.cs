using System.Diagnostics;
using System.Globalization;

namespace Orion.Benchmarks;

/// <summary>
/// A part of a benchmark in a process of its own, this program's too: a server, a load, a writer. It prints <see cref="Ready"/> when it can
/// be used, and ends when its standard input does.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>The first word of the line that says it is ready; a server's address follows.</summary>
    public const string Ready = "ready";

    private readonly Process _process;
    private readonly HttpClient _client = new();

    private ChildProcess(Process process, string address)
    {
        _process = process;
        Address = address;
    }

    public string Address { get; }

    public static async Task<ChildProcess> StartAsync(string[] arguments, bool isServer = false)
    {
        var start = Benchmark.ThisProgram(arguments);

        // As the web SDK sets it, with which the platform's services are built; this program is none.
        start.Environment["DOTNET_gcServer"] = isServer ? "1" : "0";
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Ready, StringComparison.Ordinal))
            {
                _ = isServer ? process.StandardOutput.ReadToEndAsync() : null;
                return new ChildProcess(process, line[Ready.Length..].Trim());
            }
        }

        throw new InvalidOperationException($"{string.Join(' ', arguments)} did not start.");
    }

    public async Task<double> NumberAsync(string path) =>
        double.Parse(await _client.GetStringAsync(new Uri(Address + path)), CultureInfo.InvariantCulture);

    /// <summary>Writes it a line, and returns the one it answers.</summary>
    public async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The process has ended.");
    }

    /// <summary>SIGKILL: it has no chance to give anything back.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
    }
}
