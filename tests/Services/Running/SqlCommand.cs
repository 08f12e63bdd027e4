using System.Diagnostics;
using System.Text.Json;

namespace OrionPlatform.Services.Tests;

/// <summary>SQL over a platform's telemetry, by the command that a developer types.</summary>
internal static class SqlCommand
{
    public static async Task<IReadOnlyList<JsonElement>> RunAsync(string folder, string statement)
    {
        using var command = Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                "exec", Path.Combine(AppContext.BaseDirectory, "OrionPlatform.Sink.Cli.dll"),
                "sql", statement, "--data", Path.Combine(folder, "telemetry"), "--format", "json",
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var (output, errors) = (command.StandardOutput.ReadToEndAsync(), command.StandardError.ReadToEndAsync());
        await command.WaitForExitAsync();
        Assert.True(command.ExitCode == 0, $"{statement}: {await errors}");
        return [.. JsonDocument.Parse(await output).RootElement.EnumerateArray()];
    }
}
