namespace OrionPlatform.AppHost.Tests;

public sealed class LifeTests
{
    [Fact]
    public async Task A_service_runs_with_its_environment_and_without_what_must_not_be_inherited()
    {
        await using var model = new AppModel();
        var api = model.AddService("api").WithEnvironment("TOKEN", model.Builder.AddParameter("token", "secret"));
        Environment.SetEnvironmentVariable("ASPIRE_LOGLEVEL", "inherited");

        await model.StartAsync();
        await model.HealthyAsync(api);
        var environment = await AppModel.GetAsync<Dictionary<string, string>>(api.GetEndpoint("http"), "/env");

        Assert.Equal(("secret", "api"), (environment["TOKEN"], environment["OTEL_SERVICE_NAME"]));
        Assert.DoesNotContain("ASPIRE_LOGLEVEL", environment.Keys);
        Assert.DoesNotContain("ASPNETCORE_ENVIRONMENT", environment.Keys);
        await model.StopAsync();
        Assert.Empty(RunProcesses.Find(environment["ORION_RUN_ID"]));
    }

    [Fact]
    public async Task A_crashed_service_is_said_to_have_crashed_and_comes_back_on_the_same_port()
    {
        await using var model = new AppModel();
        var api = model.AddService("api");
        await model.StartAsync();
        await model.HealthyAsync(api);
        var before = await AppModel.GetAsync<int>(api.GetEndpoint("http"), "/pid");

        await AppModel.CrashAsync(api.GetEndpoint("http"));

        await Eventually.TrueAsync(async () => await TryPidAsync(api) is { } pid && pid != before, "another process answers on the port");
        Assert.Contains("Resource 'api' crashed (exit code 3); restarting it in 0.5 s (crash 1 in a row).", model.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_killed_by_a_signal_is_restarted_and_the_signal_is_named()
    {
        await using var model = new AppModel();
        var api = model.AddService("api");
        await model.StartAsync();
        await model.HealthyAsync(api);
        var before = await AppModel.GetAsync<int>(api.GetEndpoint("http"), "/pid");

        Signals.End(before);

        await Eventually.TrueAsync(async () => await TryPidAsync(api) is { } pid && pid != before, "another process answers on the port");
        Assert.Contains("crashed (signal 9)", model.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replicas_answer_each_on_its_own_port()
    {
        await using var model = new AppModel();
        var api = model.AddService("api").WithReplicas(2);
        await model.StartAsync();
        await model.HealthyAsync(api);

        Assert.NotEqual(await AppModel.GetAsync<int>(api.GetEndpoint("http"), "/pid"), await AppModel.GetAsync<int>(api.GetEndpoint("http"), "/pid", replica: 1));
    }

    [Fact]
    public async Task What_waits_starts_only_after_the_other_has_ended_as_expected()
    {
        await using var model = new AppModel();
        using var folder = new TempFolder();
        var first = model.AddShell("first", $"sleep 0.2; echo done > {folder.File("done")}");
        model.AddShell("second", $"cat {folder.File("done")}").WaitForCompletion(first);

        await model.StartAsync();

        await Eventually.TrueAsync(() => model.Output.Contains("second | done", StringComparison.Ordinal), "second has read what first wrote");
    }

    [Fact]
    public async Task What_waits_is_not_started_when_the_other_ends_otherwise_and_that_is_said()
    {
        await using var model = new AppModel();
        var failing = model.AddShell("failing", "exit 4");
        var finished = model.AddShell("finished", "exit 0").WithHttpEndpoint().WithHttpHealthCheck();
        model.AddShell("after-failing", "echo never").WaitForCompletion(failing);
        model.AddShell("after-finished", "echo never").WaitFor(finished);

        await model.StartAsync();

        await Eventually.TrueAsync(() => model.Log.Contains("'after-failing' is not started: it waits for 'failing' to end with exit code 0, but 'failing' ended with exit code 4.", StringComparison.Ordinal), "the first obstacle is said");
        await Eventually.TrueAsync(() => model.Log.Contains("'after-finished' is not started: it waits for 'finished', but 'finished' ended with exit code 0.", StringComparison.Ordinal), "the second obstacle is said");
        Assert.DoesNotContain("never", model.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_with_explicit_start_runs_only_when_it_is_asked_for()
    {
        await using var idle = new AppModel();
        idle.AddShell("seed", "echo seeded").WithExplicitStart();
        await idle.StartAsync();
        await using var asked = new AppModel("--Start=seed");
        asked.AddShell("seed", "echo seeded").WithExplicitStart();
        await asked.StartAsync();

        await Eventually.TrueAsync(() => asked.Output.Contains("seed | seeded", StringComparison.Ordinal), "seed ran");
        Assert.Contains("'seed' starts only when asked: --Start=seed", idle.Log, StringComparison.Ordinal);
        Assert.Equal("", idle.Output);
    }

    [Fact]
    public async Task A_service_that_never_gets_healthy_is_said_to_be_so_with_the_answer_it_gave()
    {
        await using var model = new AppModel("--Health:Timeout=00:00:00.5");
        var api = model.AddService("api").WithEnvironment("SICK", "yes");
        await model.StartAsync();

        await Eventually.TrueAsync(() => model.Log.Contains("'api' is not healthy after", StringComparison.Ordinal) && model.Log.Contains("/health ", StringComparison.Ordinal), "it is said");
        Assert.Contains(api.GetEndpoint("http").Url, model.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_does_not_exist_is_refused_before_anything_starts()
    {
        await using var model = new AppModel();
        model.AddShell("fine", "echo started");
        model.Builder.AddExecutable("broken", "no-such-command", "/");

        var error = await Assert.ThrowsAsync<DistributedApplicationException>(model.StartAsync);

        Assert.Contains("The command 'no-such-command' of resource 'broken' was not found", error.Message, StringComparison.Ordinal);
        Assert.Equal("", model.Output);
    }

    private static async Task<int?> TryPidAsync(IResourceBuilder<ProjectResource> api)
    {
        try
        {
            return await AppModel.GetAsync<int>(api.GetEndpoint("http"), "/pid");
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
