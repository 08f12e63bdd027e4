using System.Diagnostics;
using System.Globalization;

namespace Orion.Benchmarks;

/// <summary>A server, or the load, of the overhead benchmark in a process of its own; it ends when its standard input does.</summary>
internal sealed class OverheadProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _client = new();

    private OverheadProcess(Process process, string address)
    {
        _process = process;
        Address = address;
    }

    public string Address { get; }

    public static async Task<OverheadProcess> StartAsync(string[] arguments, bool isServer)
    {
        var start = Benchmark.ThisProgram(arguments);

        // As the web SDK sets it, with which the platform's services are built; this program is none.
        start.Environment["DOTNET_gcServer"] = isServer ? "1" : "0";
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("listening", StringComparison.Ordinal))
            {
                _ = isServer ? process.StandardOutput.ReadToEndAsync() : null;
                return new OverheadProcess(process, line["listening".Length..].Trim());
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

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
    }
}
