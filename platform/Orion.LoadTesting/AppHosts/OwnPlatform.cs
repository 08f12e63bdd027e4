using System.Collections.Concurrent;
using System.Reflection;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Orion.LoadTesting.AppHosts;

/// <summary>
/// A platform started for this run alone, by Aspire.Hosting.Testing, with a data folder that is deleted afterwards.
/// </summary>
internal sealed class OwnPlatform : IAsyncDisposable
{
    private static readonly TimeSpan s_startWithin = TimeSpan.FromSeconds(120);

    // A process that lives for seconds only pays for the profiles that the runtime takes of its code (tiered PGO), in the very seconds that
    // are measured: on two processors the generator itself is then late.
    private const string ProfilingKey = "DOTNET_TieredPGO";

    private readonly LastLines _lastLines = new();
    private readonly LoadTarget _target;
    private IDistributedApplicationTestingBuilder? _builder;
    private DistributedApplication? _application;
    private int _disposed;

    private OwnPlatform(LoadTarget target) => _target = target;

    public Uri Url => _application!.GetEndpoint(_target.Resource, _target.Endpoint);

    public string DataFolder { get; } = Directory.CreateTempSubdirectory("load-platform-").FullName;

    /// <exception cref="LoadTestException">The platform cannot be built or does not start.</exception>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    public static async Task<OwnPlatform> StartAsync(
        LoadTarget target, IReadOnlyList<string> arguments, TextWriter output, CancellationToken stop)
    {
        var root = SolutionFolder.Root
            ?? throw new LoadTestException(
                "There is no solution around this program to start a platform from; name a running one with --url.");

        // The application may start this program as its traffic, so it cannot be a reference of it as well: it is loaded as it was built.
        var project = Path.Combine(root, target.AppHostFolder);
        var appHost = Assembly.LoadFrom(await AppHostBuild.FindOrBuildAsync(project, output).WaitAsync(stop));
        var platform = new OwnPlatform(target);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(s_startWithin);
        try
        {
            await platform.StartAsync(appHost.EntryPoint!.DeclaringType!, arguments, limit.Token);
            return platform;
        }
        catch (Exception e)
        {
            await platform.DisposeAsync();
            stop.ThrowIfCancellationRequested();
            throw new LoadTestException(
                (limit.IsCancellationRequested
                    ? $"The platform was not ready within {s_startWithin.TotalSeconds:0} s:\n"
                    : $"The platform did not start: {e.Message}\n")
                + platform._lastLines);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (_application is not null)
        {
            await _application.DisposeAsync();
        }

        if (_builder is not null)
        {
            await _builder.DisposeAsync();
        }

        _lastLines.Dispose();
        try
        {
            Directory.Delete(DataFolder, recursive: true);
        }
        catch (IOException)
        {
            // A service that was killed may still be closing a file; the folder lies in the system's temporary directory.
        }
    }

    private async Task StartAsync(Type appHost, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        _builder = await DistributedApplicationTestingBuilder.CreateAsync(
            appHost,
            [.. _target.AppHostArguments(DataFolder), .. arguments],
            (options, _) => options.EnableResourceLogging = true,
            cancellationToken);
        foreach (var service in _builder.Resources.OfType<ProjectResource>().Select(_builder.CreateResourceBuilder).ToList())
        {
            service.WithEnvironment(ProfilingKey, Environment.GetEnvironmentVariable(ProfilingKey) ?? "0");
        }

        _builder.Services.AddLogging(l => l.ClearProviders().AddProvider(_lastLines));
        _application = await _builder.BuildAsync(cancellationToken);
        await _application.StartAsync(cancellationToken);
        foreach (var service in _builder.Resources.OfType<ProjectResource>())
        {
            await _application.ResourceNotifications.WaitForResourceHealthyAsync(service.Name, cancellationToken);
        }
    }

    /// <summary>What the application and its services said last, for when the start fails.</summary>
    private sealed class LastLines : ILoggerProvider, ILogger
    {
        private const int LinesKept = 40;

        // Bounded by LinesKept.
        private readonly ConcurrentQueue<string> _lines = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            _lines.Enqueue(formatter(state, exception) + (exception is null ? "" : "\n" + exception.Message));
            while (_lines.Count > LinesKept)
            {
                _lines.TryDequeue(out _);
            }
        }

        public void Dispose()
        {
        }

        public override string ToString() => string.Join('\n', _lines);
    }
}
