using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrionPlatform.AppHost;

/// <summary>Buttons on the resources of Aspire's dashboard; also <c>aspire resource NAME COMMAND</c>.</summary>
internal static class ServiceCommands
{
    private const int LinesKept = 40;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(2);

    /// <summary>A further login link of the ops panel: the one that was printed works once.</summary>
    public static IResourceBuilder<ProjectResource> WithLoginLinkCommand(
        this IResourceBuilder<ProjectResource> api, IResourceWithConnectionString store) =>
        api.WithCommand("ops-login-link", "New ops panel login link", async context =>
        {
            var (code, output) = await RunAsync(context, ProjectOf(api), ["ops-login", "--role", "admin"], store);
            return code == 0
                ? CommandResults.Success(
                    "The link works once, within 15 minutes.",
                    api.GetEndpoint("http").Url + output.Trim(),
                    CommandResultFormat.Text,
                    displayImmediately: true)
                : CommandResults.Failure("No link could be made.", output);
        }, new CommandOptions
        {
            Description = "Makes a login link of the ops panel for an admin.",
            IconName = "Key",
            UpdateState = WhenHealthy,
        });

    /// <summary>The short SLO gate against this platform, its demo traffic included.</summary>
    public static IResourceBuilder<ProjectResource> WithSloSmokeCommand(
        this IResourceBuilder<ProjectResource> api, string loadTests, string devKeysFile) =>
        api.WithCommand("slo-smoke", "Run the SLO smoke", async context =>
        {
            var (code, output) = await RunAsync(
                context,
                loadTests,
                [
                    "--profile", "smoke", "--url", api.GetEndpoint("http").Url, "--keys", devKeysFile,
                    "--report-folder", Path.Combine(Path.GetDirectoryName(devKeysFile)!, "slo-smoke"),
                ]);
            var report = new CommandResultData { Value = output, Format = CommandResultFormat.Text, DisplayImmediately = true };
            return code switch
            {
                0 => CommandResults.Success("Every SLO holds.", report),
                2 => CommandResults.Failure("An SLO does not hold.", report),
                3 => CommandResults.Failure(
                    "The run cannot tell: the machine was too busy to load the api in time, or too few calls were made.", report),
                _ => CommandResults.Failure("The SLO gate could not be run.", report),
            };
        }, new CommandOptions
        {
            Description = "Loads the api for 12 s and judges its SLOs.",
            IconName = "TopSpeed",
            UpdateState = WhenHealthy,
        });

    /// <summary>Gives every dead job another chance.</summary>
    public static IResourceBuilder<ProjectResource> WithRedriveCommand(
        this IResourceBuilder<ProjectResource> worker, string apiProject, IResourceWithConnectionString store) =>
        worker.WithCommand("redrive-dead-jobs", "Redrive dead jobs", async context =>
        {
            var (code, output) = await RunAsync(context, apiProject, ["jobs", "redrive"], store);
            return code == 0 ? CommandResults.Success(output.Trim()) : CommandResults.Failure("The jobs could not be redriven.", output);
        }, new CommandOptions
        {
            Description = "Makes every job that has used up its attempts claimable again.",
            ConfirmationMessage = "Run every dead job again?",
            IconName = "ArrowRepeatAll",
            UpdateState = WhenHealthy,
        });

    internal static ResourceCommandState WhenHealthy(UpdateCommandStateContext context) =>
        context.ResourceSnapshot.HealthStatus == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
            ? ResourceCommandState.Enabled
            : ResourceCommandState.Disabled;

    private static string ProjectOf(IResourceBuilder<ProjectResource> project) => project.Resource.GetProjectMetadata().ProjectPath;

    /// <summary>
    /// Runs a program of the solution as it was built with AppHost; its output goes to the resource's log, and its last lines are
    /// returned.
    /// </summary>
    private static async Task<(int Code, string Output)> RunAsync(
        ExecuteCommandContext context, string project, string[] arguments, IResourceWithConnectionString? store = null)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [
                "run", "--no-build", "--no-launch-profile", "-c", ServiceResources.BuildConfiguration, "--project", project,
                "--", .. arguments,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (store is not null)
        {
            start.Environment["ConnectionStrings__" + store.Name] = await store.GetConnectionStringAsync(context.CancellationToken);
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        deadline.CancelAfter(s_longest);
        using var process = new Process { StartInfo = start };
        var lines = new Queue<string>();
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            Keep($"It did not end within {s_longest.TotalMinutes:0} min and was killed.");
            return (-1, Output());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, Output());

        void Keep(string? line)
        {
            if (line is null)
            {
                return;
            }

            lock (lines)
            {
                lines.Enqueue(line);
                if (lines.Count > LinesKept)
                {
                    lines.Dequeue();
                }
            }

            if (!line.Contains("login?t=", StringComparison.Ordinal))
            {
                context.Logger.LogInformation("{Line}", line);
            }
        }

        string Output()
        {
            lock (lines)
            {
                return string.Join('\n', lines);
            }
        }
    }
}
