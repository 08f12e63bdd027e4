namespace OrionPlatform.AppHost.Tests;

public sealed class ModelCheckTests
{
    [Fact]
    public void Waits_in_a_circle_are_refused_with_the_circle()
    {
        var builder = DistributedApplication.CreateBuilder();
        var a = builder.AddExecutable("a", "sh", "/");
        var b = builder.AddExecutable("b", "sh", "/").WaitFor(a);
        var c = builder.AddExecutable("c", "sh", "/").WaitForStart(b);
        a.WaitForCompletion(c);

        Assert.Contains("'a' -> 'c' -> 'b' -> 'a' wait for each other", Refusal(builder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_resource_that_waits_for_a_circle_it_is_not_in_does_not_hide_it()
    {
        var builder = DistributedApplication.CreateBuilder();
        var a = builder.AddExecutable("a", "sh", "/");
        var b = builder.AddExecutable("b", "sh", "/").WaitFor(a);
        a.WaitFor(b);
        builder.AddExecutable("outside", "sh", "/").WaitFor(a);

        Assert.Contains("'a' -> 'b' -> 'a'", Refusal(builder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_resource_cannot_wait_for_itself()
    {
        var a = DistributedApplication.CreateBuilder().AddExecutable("a", "sh", "/");

        Assert.Contains("'a' waits for itself", Assert.Throws<DistributedApplicationException>(() => a.WaitFor(a)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wait_for_what_starts_only_when_asked_is_refused_unless_it_was_asked_for()
    {
        var builder = DistributedApplication.CreateBuilder();
        var seed = builder.AddExecutable("seed", "sh", "/").WithExplicitStart();
        builder.AddExecutable("app", "sh", "/").WaitFor(seed);

        Assert.Contains("--Start=seed", Refusal(builder), StringComparison.Ordinal);
        ModelChecks.Check(builder.Resources, new HashSet<string>(["seed"]));
    }

    [Fact]
    public void An_unknown_name_to_start_is_refused()
    {
        var builder = DistributedApplication.CreateBuilder();
        builder.AddExecutable("seed", "sh", "/");

        Assert.Contains("'sed', which is no resource; resources are seed", Refusal(builder, "sed"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reference_to_a_service_that_listens_nowhere_is_refused()
    {
        var builder = DistributedApplication.CreateBuilder();
        var api = builder.AddProject("api", AppModel.SmallPlatform);
        builder.AddExecutable("app", "sh", "/").WithReference(api);

        Assert.Contains("'app' refers to 'api', which has no endpoint", Refusal(builder), StringComparison.Ordinal);
    }

    [Fact]
    public void Dependents_stop_before_what_they_wait_for_or_refer_to()
    {
        var builder = DistributedApplication.CreateBuilder();
        var api = builder.AddProject("api", AppModel.SmallPlatform).WithHttpEndpoint();
        var worker = builder.AddExecutable("worker", "sh", "/");
        var agent = builder.AddExecutable("agent", "sh", "/").WithReference(api);
        builder.AddExecutable("traffic", "sh", "/").WaitFor(agent).WaitFor(worker);

        var waves = StopOrder.Waves([.. builder.Resources]).Select(wave => string.Join(' ', wave.Select(r => r.Name)));

        Assert.Equal(["traffic", "worker agent", "api"], waves);
    }

    [Fact]
    public void Services_that_refer_to_each_other_stop_together()
    {
        var builder = DistributedApplication.CreateBuilder();
        var a = builder.AddProject("a", AppModel.SmallPlatform).WithHttpEndpoint();
        var b = builder.AddProject("b", AppModel.SmallPlatform).WithHttpEndpoint().WithReference(a);
        a.WithReference(b);

        Assert.Equal(["a", "b"], Assert.Single(StopOrder.Waves([.. builder.Resources])).Select(r => r.Name));
    }

    private static string Refusal(IDistributedApplicationBuilder builder, params string[] start) =>
        Assert.Throws<DistributedApplicationException>(() => ModelChecks.Check(builder.Resources, start.ToHashSet())).Message;
}
