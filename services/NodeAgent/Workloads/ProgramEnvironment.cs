using System.Runtime.InteropServices;

namespace OrionPlatform.NodeAgent;

/// <summary>Where a program is found, and what it is told besides what it is for.</summary>
internal static class ProgramEnvironment
{
    /// <summary>A program beside the agent's own comes first; any other name is for the system to look up in PATH.</summary>
    public static string Resolve(string command)
    {
        var beside = Path.Combine(AppContext.BaseDirectory, command);
        return Path.GetFileName(command) != command ? command
            : OperatingSystem.IsWindows() && File.Exists(beside + ".exe") ? beside + ".exe"
            : File.Exists(beside) ? beside
            : command;
    }

    /// <summary>The variables that any program needs on this system, and nothing of the agent's own.</summary>
    public static Dictionary<string, string> For(IWorkloadProcesses system)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["LANG"] = "C.UTF-8" };
        foreach (var name in system.PassedOn)
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
            {
                environment[name] = value;
            }
        }

        // A .NET program finds its runtime where this one runs, wherever that is installed.
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        if (Directory.Exists(Path.Combine(root, "host", "fxr")))
        {
            environment.TryAdd("DOTNET_ROOT", root);
        }

        return environment;
    }
}
