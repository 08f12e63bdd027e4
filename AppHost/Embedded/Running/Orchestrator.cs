using System.Runtime.InteropServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrionPlatform.AppHost;

/// <summary>Runs a model: checks it, starts its resources, stops them.</summary>
internal sealed class Orchestrator(
    DistributedApplicationModel model,
    DistributedApplicationExecutionContext executionContext,
    Arguments arguments,
    AppHostFolder folder,
    IConfiguration configuration,
    ResourceConsole console,
    TimeProvider time,
    ILogger<DistributedApplication> logger) : IHostedService, IAsyncDisposable
{
    private readonly string _runId = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<IResource, List<Replica>> _replicas = [];
    private readonly List<Task> _tasks = [];
    private DataFolder? _data;
    private Guard? _guard;
    private HealthChecks? _health;

    /// <summary>How far each resource has got.</summary>
    public IReadOnlyDictionary<IResource, RunningResource> Resources { get; private set; } = new Dictionary<IResource, RunningResource>();

    /// <exception cref="DistributedApplicationException">Nothing was started, and why.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        logger.LogInformation("Embedded AppHost engine version: {Version}", OwnAssembly.Version);
        logger.LogInformation("Distributed application starting.");
        logger.LogInformation("Application host directory is: {Directory}", folder.Path);
        var toStart = (configuration["Start"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var sayUnhealthyAfter = configuration.GetValue("Health:Timeout", TimeSpan.FromSeconds(30));
        var dataFolder = configuration["Data:Directory"];
        foreach (var parameter in model.Resources.OfType<ParameterResource>())
        {
            await parameter.GetValueAsync(cancellationToken);
        }

        arguments.RefuseUnread();
        ModelChecks.Check(model.Resources, toStart);
        var processes = model.Resources.Where(r => r is IComputeResource).ToList();
        processes.ForEach(r => Launches.Program(r));
        TakeDataFolder(dataFolder);
        Ports.Allocate(processes);
        _guard = Guard.Start(_runId, _data?.Path);
        _health = new HealthChecks(time, sayUnhealthyAfter, logger);
        Begin([.. processes.Where(r => !ModelChecks.IsLeftOut(r, toStart))], [.. processes.Where(r => ModelChecks.IsLeftOut(r, toStart))]);
    }

    /// <summary>Stops dependents before what they depend on, then whatever the run has left over. A second Ctrl+C kills what is left at once.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        using var hurry = new CancellationTokenSource();
        using var again = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = true;
            hurry.Cancel();
        });
        foreach (var wave in StopOrder.Waves(_replicas.Keys))
        {
            await Task.WhenAll(wave.SelectMany(r => _replicas[r]).Select(replica => replica.StopAsync(hurry.Token)));
        }

        await Task.WhenAll(_tasks);
        await DisposeAsync();
    }

    public ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref _guard, null)?.Dispose();
        Interlocked.Exchange(ref _health, null)?.Dispose();
        Interlocked.Exchange(ref _data, null)?.Dispose();
        return ValueTask.CompletedTask;
    }

    private void TakeDataFolder(string? path)
    {
        _data = DataFolder.Take(path, _runId);
        if (_data?.LastRunId is { } last && RunProcesses.Stop(last, [], TimeSpan.FromSeconds(5)) is > 0 and var count)
        {
            logger.LogWarning("Stopped {Count} processes that the last run had left over.", count);
        }
    }

    private void Begin(List<IResource> started, List<IResource> leftOut)
    {
        Resources = started.ToDictionary(r => r, r => new RunningResource(r, Replicas.Of(r)));
        var run = new Run(new Launches(executionContext, _runId, logger), _guard!, console, _health!, Resources, time, logger);
        foreach (var (resource, running) in Resources)
        {
            var count = Replicas.Of(resource);
            _replicas[resource] = [.. Enumerable.Range(0, count).Select(number => Name(resource, number, count)).Select((name, number) => new Replica(run, running, number, name, console.For(name)))];
        }

        _tasks.AddRange(_replicas.Values.SelectMany(list => list).Select(replica => Task.Run(() => replica.RunAsync(_stopping.Token))));
        foreach (var resource in leftOut)
        {
            logger.LogInformation("Resource '{Resource}' starts only when asked: --Start={Resource2}.", resource.Name, resource.Name);
        }

        logger.LogInformation("Distributed application started. Press Ctrl+C to shut down.");
        _tasks.Add(new Announcements(executionContext, logger).WhenHealthyAsync(Resources.Values, _stopping.Token));
    }

    private static string Name(IResource resource, int number, int count) => count == 1 ? resource.Name : $"{resource.Name}-{number + 1}";
}
