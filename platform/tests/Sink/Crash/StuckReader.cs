using System.Diagnostics;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

/// <summary>A foreign process that has begun to read a file and does not end.</summary>
internal sealed class StuckReader : IDisposable
{
    private readonly Process _process;

    private StuckReader(Process process) => _process = process;

    public int Id => _process.Id;

    public static async Task<StuckReader> StartAsync(string file)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(StuckReader).Assembly.Location, "hold", file])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        Assert.Equal("reading", await process.StandardOutput.ReadLineAsync());
        return new StuckReader(process);
    }

    /// <summary>What that process does, until its standard input ends.</summary>
    public static void Hold(string file)
    {
        using var database = Database.OpenReader(file);
        database.Execute("BEGIN");
        database.QueryLong("SELECT count(*) FROM sqlite_master");
        Console.WriteLine("reading");
        Console.In.ReadToEnd();
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
