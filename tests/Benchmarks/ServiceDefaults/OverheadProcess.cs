using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace OrionPlatform.Benchmarks;

/// <summary>A server of the overhead benchmark in a process of its own; it ends when its standard input does.</summary>
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

    public static async Task<OverheadProcess> StartAsync(string[] arguments)
    {
        var process = Process.Start(StartInfo(arguments))!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("listening ", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.ReadToEndAsync();
                return new OverheadProcess(process, line["listening ".Length..]);
            }
        }

        throw new InvalidOperationException($"The server {string.Join(' ', arguments)} did not start.");
    }

    /// <summary>This program again, with other arguments.</summary>
    public static ProcessStartInfo StartInfo(string[] arguments) =>
        new(Environment.ProcessPath!, [Assembly.GetExecutingAssembly().Location, .. arguments]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };

    public async Task<double> NumberAsync(string path) => double.Parse(await _client.GetStringAsync(new Uri(Address + path)), CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
    }
}
