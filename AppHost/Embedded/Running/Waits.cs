namespace OrionPlatform.AppHost;

/// <summary>Waits until everything a resource waits for has got there.</summary>
internal static class Waits
{
    /// <returns>Null once the resource may start, else why it must not.</returns>
    public static async Task<string?> ForDependenciesAsync(Run run, IResource resource, CancellationToken stopping)
    {
        foreach (var wait in resource.Annotations.OfType<WaitAnnotation>())
        {
            // Parameters and connection strings do not run: they were there before anything started.
            if (run.Resources.TryGetValue(wait.Resource, out var dependency) && await ForAsync(dependency, wait, stopping) is { } obstacle)
            {
                return obstacle;
            }
        }

        return null;
    }

    private static async Task<string?> ForAsync(RunningResource dependency, WaitAnnotation wait, CancellationToken stopping)
    {
        var name = dependency.Resource.Name;
        if (wait.WaitType == WaitType.WaitForCompletion)
        {
            var ended = await dependency.Ended.WaitAsync(stopping);
            return ended.ExitCode == wait.ExitCode ? null : $"it waits for '{name}' to end with exit code {wait.ExitCode}, but {ended.Reason}.";
        }

        var goal = wait.WaitType == WaitType.WaitUntilStarted ? dependency.Started : dependency.Healthy;
        if (wait.WaitBehavior == WaitBehavior.WaitOnResourceUnavailable)
        {
            await goal.WaitAsync(stopping);
            return null;
        }

        await Task.WhenAny(goal, dependency.Ended).WaitAsync(stopping);
        return goal.IsCompletedSuccessfully ? null : $"it waits for '{name}', but {(await dependency.Ended).Reason}.";
    }
}
