using System.Diagnostics;
using System.Text.Json;
using Orion.Cli;

namespace OrionPlatform.Services.Tests;

/// <summary>SQL over a platform's telemetry, by the command that a developer types.</summary>
internal static class SqlCommand
{
    /// <summary>
    /// What the program does with those words, here: to start it for each of many queries, and for each look of a wait, takes far longer
    /// than the queries do.
    /// </summary>
    public static async Task<IReadOnlyList<JsonElement>> RunAsync(string folder, string statement)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await new TelemetryCommand(TextReader.Null, output, errors, TimeProvider.System).RunAsync(Arguments(folder, statement));
        return Rows(statement, code, output.ToString(), errors.ToString());
    }

    /// <summary>By a process of its own, beside those that write.</summary>
    public static async Task<IReadOnlyList<JsonElement>> RunProgramAsync(string folder, string statement)
    {
        using var command = Process.Start(new ProcessStartInfo(
            "dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Orion.Cli.dll"), .. Arguments(folder, statement)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var (output, errors) = (command.StandardOutput.ReadToEndAsync(), command.StandardError.ReadToEndAsync());
        await command.WaitForExitAsync();
        return Rows(statement, command.ExitCode, await output, await errors);
    }

    private static string[] Arguments(string folder, string statement) =>
        ["sql", statement, "--data", Path.Combine(folder, "telemetry"), "--format", "json"];

    private static IReadOnlyList<JsonElement> Rows(string statement, int code, string output, string errors)
    {
        Assert.True(code == 0, $"{statement}: {errors}");
        return [.. JsonDocument.Parse(output).RootElement.EnumerateArray()];
    }
}
