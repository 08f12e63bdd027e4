using System.Collections.Concurrent;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrionPlatform.AppHost.Tests;

/// <summary>
/// When a service is started again, by what Aspire's own services report of it. Nothing is run: starting it is a command that counts.
/// </summary>
public sealed class CrashedServicesTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private readonly FakeTimeProvider _time = new();
    private readonly Said _said = new();
    private readonly DistributedApplication _application;
    private readonly ProjectResource _service = new ProjectResource("worker");
    private int _starts;

    public CrashedServicesTests()
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
        builder.Services.AddSingleton<TimeProvider>(_time);
        builder.Services.AddLogging(l => l.ClearProviders().AddProvider(_said));
        builder.Services.AddSingleton<CrashedServices>();
        _service.Annotations.Add(new ResourceCommandAnnotation(
            KnownResourceCommands.StartCommand, "Start", _ => ResourceCommandState.Enabled,
            _ =>
            {
                Interlocked.Increment(ref _starts);
                return Task.FromResult(CommandResults.Success());
            },
            null, null, null, null, null, isHighlighted: false));
        builder.AddResource(_service);
        _application = builder.Build();
        _application.Services.GetRequiredService<CrashedServices>().Watch();
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _application.DisposeAsync();

    public void Dispose() => _said.Dispose();

    [Fact]
    public async Task A_crashed_service_is_started_again_later_with_each_crash_and_given_up_in_the_end()
    {
        for (var crash = 1; crash < CrashedServices.MaxCrashes; crash++)
        {
            await CrashAsync();
            await SaidAsync($"worker was killed; starting it again in {0.5 * Math.Pow(2, crash - 1):0.#} s.");
            await StartedAsync(crash);
        }

        await CrashAsync();

        await SaidAsync($"worker was killed, {CrashedServices.MaxCrashes} times in a row, and is not started again.");
        _time.Advance(s_minute);
        Assert.Equal(CrashedServices.MaxCrashes - 1, _starts);
    }

    [Fact]
    public async Task One_that_ran_for_a_minute_begins_to_count_anew()
    {
        for (var crash = 1; crash <= CrashedServices.MaxCrashes + 1; crash++)
        {
            await ReportAsync(KnownResourceStates.Running);
            await SeenAsync();
            _time.Advance(s_minute);
            await ReportAsync(KnownResourceStates.Finished, 1);
            await SaidAsync("worker ended with exit code 1; starting it again in 0.5 s.", crash);
            await StartedAsync(crash);
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(143, true)]
    public async Task One_that_ended_well_or_was_told_to_stop_stays_down(int exitCode, bool told)
    {
        await ReportAsync(KnownResourceStates.Running);
        if (told)
        {
            await ReportAsync(KnownResourceStates.Stopping);
        }

        await ReportAsync(KnownResourceStates.Finished, exitCode);

        // What is seen after it, and does start it again, shows that this did not.
        await CrashAsync();
        await SaidAsync("worker was killed; starting it again in 0.5 s.");
        await StartedAsync(1);
    }

    [Fact]
    public async Task One_that_somebody_started_meanwhile_is_left_alone()
    {
        await CrashAsync();
        await SaidAsync("worker was killed; starting it again in 0.5 s.");
        await ReportAsync(KnownResourceStates.Running);
        await SeenAsync();
        _time.Advance(TimeSpan.FromSeconds(1));

        // Its next crash is answered once, and that is all there is.
        await ReportAsync(KnownResourceStates.Finished, 137);
        await SaidAsync("worker was killed; starting it again in 1 s.");
        await StartedAsync(1);
        _time.Advance(s_minute);
        Assert.Equal(1, _starts);
    }

    [Fact]
    public async Task One_that_could_not_even_start_is_tried_again()
    {
        await ReportAsync(KnownResourceStates.FailedToStart);

        await SaidAsync("worker did not start; starting it again in 0.5 s.");
        await StartedAsync(1);
    }

    private async Task CrashAsync()
    {
        await ReportAsync(KnownResourceStates.Running);
        await ReportAsync(KnownResourceStates.Finished, 137);
    }

    private Task ReportAsync(string state, int? exitCode = null) =>
        _application.Services.GetRequiredService<ResourceNotificationService>()
            .PublishUpdateAsync(_service, s => s with { State = state, ExitCode = exitCode });

    /// <summary>The watch has seen all that was reported: it reads in order, on one flow.</summary>
    private Task SeenAsync() => Eventually.TrueAsync(
        () => _application.Services.GetRequiredService<CrashedServices>().LastSeen(_service.Name) == KnownResourceStates.Running,
        "it is seen running");

    private Task SaidAsync(string sentence, int times = 1) =>
        Eventually.TrueAsync(
            () => _said.Lines.Count(l => l.StartsWith(sentence, StringComparison.Ordinal)) == times, $"said {times} times: {sentence}");

    private Task StartedAsync(int starts) => Eventually.TrueAsync(
        () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return _starts == starts;
        },
        $"started {starts} times");

    private sealed class Said : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) =>
            categoryName == typeof(CrashedServices).FullName ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
