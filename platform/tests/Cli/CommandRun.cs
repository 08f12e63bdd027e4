using System.Diagnostics;

namespace Orion.Cli.Tests;

/// <summary>What a run of the program said.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Notes)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static Process Start(params string[] arguments) => Start([], arguments);

    public static Process Start((string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "Orion.Cli.dll"), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    public static Task<CommandRun> OfAsync(params string[] arguments) => WithInputAsync("", arguments);

    public static async Task<CommandRun> WithInputAsync(string input, params string[] arguments)
    {
        using var process = Start(arguments);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        return await EndAsync(process);
    }

    public static async Task<CommandRun> EndAsync(Process process)
    {
        using var longest = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            var notes = process.StandardError.ReadToEndAsync(longest.Token);
            var output = await process.StandardOutput.ReadToEndAsync(longest.Token);
            await process.WaitForExitAsync(longest.Token);
            return new CommandRun(process.ExitCode, output, await notes);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
