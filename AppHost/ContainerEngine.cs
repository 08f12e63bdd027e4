using System.ComponentModel;
using System.Diagnostics;

namespace OrionPlatform.AppHost;

/// <summary>Docker or Podman, where one runs: a client whose engine is down starts no container.</summary>
internal static class ContainerEngine
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4);

    /// <summary>The first that answers; null when none does.</summary>
    /// <param name="wanted">The only one to ask; null for both.</param>
    public static string? Running(string? wanted) =>
        (wanted is { Length: > 0 } ? (string[])[wanted] : ["docker", "podman"]).FirstOrDefault(e => Answers(e, s_patience));

    /// <summary>Asks it what Aspire's orchestrator will ask it.</summary>
    internal static bool Answers(string client, TimeSpan patience)
    {
        try
        {
            using var process = new Process
            {
                StartInfo = new ProcessStartInfo(client, ["container", "ls", "--last", "1", "--quiet"])
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                },
            };
            process.Start();
            if (process.WaitForExit(patience))
            {
                return process.ExitCode == 0;
            }

            process.Kill(entireProcessTree: true);
            return false;
        }
        catch (Win32Exception)
        {
            // There is no such program.
            return false;
        }
    }
}
