using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orion.Telemetry.Correlation;
using Orion.Telemetry.Errors;

namespace Orion.Telemetry.Tests;

/// <summary>Who answers what is thrown, wherever that happens, and what remains of it in telemetry.</summary>
public sealed class ExceptionTests
{
    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task An_exception_is_counted_once_and_logged_once_when_it_is_no_refusal(string environment)
    {
        await using var app = await TestApp.StartAsync(
            a =>
            {
                a.MapGet("/v1/boom", string () => throw new InvalidOperationException("on purpose"));
                a.MapGet("/v1/bad", string () => throw new BadHttpRequestException("on purpose"));
            },
            environment: environment);
        using var counted = new CountedExceptions(app.Services);

        using var boom = await app.Client.GetAsync("/v1/boom");
        using var bad = await app.Client.GetAsync("/v1/bad");

        Assert.Equal(HttpStatusCode.InternalServerError, boom.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        var line = (await app.TraceAsync("/v1/boom")).Line;
        Assert.Equal(["InvalidOperationException", "BadHttpRequestException"], counted.Types);
        Assert.Equal(line.TraceId, Assert.Single(app.Logs, l => l.Level >= LogLevel.Warning).TraceId);
        Assert.Equal(("invalid_request", "client_error"),
            ((await app.TraceAsync("/v1/bad")).Line.ErrorCode, app.Traces.Single(t => t.Line.Route == "/v1/bad").Line.Outcome));
    }

    [Fact]
    public async Task What_is_thrown_outside_of_the_applications_pipeline_is_answered_alike()
    {
        await using var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/x", () => "x"), b => b.Services.AddSingleton<IStartupFilter, ThrowingFilter>());

        using var response = await app.Client.GetAsync("/v1/x");

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((HttpStatusCode.InternalServerError, "internal"),
            (response.StatusCode, problem.GetProperty("error_code").GetString()));
        await Eventually.TrueAsync(() => app.Traces.Count == 1, "its line");
        var line = app.Traces[0].Line;
        Assert.Equal(("error", "internal", typeof(InvalidOperationException).FullName), (line.Outcome, line.ErrorCode, line.ErrorType));
        Assert.Equal(line.CorrelationId, Assert.Single(response.Headers.GetValues(CorrelationId.Header)));
        Assert.Single(line.Events);
    }

    [Fact]
    public async Task What_is_thrown_after_the_answer_has_begun_leaves_one_exception_on_its_span()
    {
        await using var app = await TestApp.StartAsync(a => a.MapGet("/v1/half", async (HttpContext http) =>
        {
            await http.Response.WriteAsync("begun");
            await http.Response.Body.FlushAsync();
            throw new InvalidOperationException("late");
        }));
        using var counted = new CountedExceptions(app.Services);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => app.Client.GetStringAsync("/v1/half"));

        var line = (await app.TraceAsync("/v1/half")).Line;
        Assert.Single(line.Events);
        Assert.Single(counted.Types);
        await Eventually.TrueAsync(() => app.Logs.Any(l => l.Category.Contains("Kestrel", StringComparison.Ordinal)),
            "the server's record that it has cut the answer off");
        Assert.Single(app.Logs, l => l.Level == LogLevel.Error && !l.Category.Contains("Kestrel", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_leaves_in_the_middle_of_its_answer_is_an_aborted_line_and_no_error()
    {
        var begun = new TaskCompletionSource();
        await using var app = await TestApp.StartAsync(a => a.MapGet("/v1/long", async (HttpContext http) =>
        {
            await http.Response.WriteAsync("begun");
            await http.Response.Body.FlushAsync();
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        }));

        using (var response = await app.Client.GetAsync("/v1/long", HttpCompletionOption.ResponseHeadersRead))
        {
            await begun.Task;
        }

        Assert.Equal("aborted", (await app.TraceAsync("/v1/long")).Line.Outcome);
        Assert.DoesNotContain(app.Logs, l => l.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_services_own_handler_comes_first_and_its_answer_has_the_correlation_id_too()
    {
        await using var app = await TestApp.StartAsync(
            a => a.MapGet("/v1/ours", string () => throw new FormatException("on purpose")), b =>
                b.Services.AddExceptionHandler<OwnHandler>());

        using var response = await app.Client.GetAsync("/v1/ours");

        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(("store_busy", "of our own"),
            (problem.GetProperty("error_code").GetString(), problem.GetProperty("detail").GetString()));
        var line = (await app.TraceAsync("/v1/ours")).Line;
        Assert.Equal(("error", "store_busy"), (line.Outcome, line.ErrorCode));
        Assert.Equal(line.CorrelationId, Assert.Single(response.Headers.GetValues(CorrelationId.Header)));
    }

    private sealed class OwnHandler : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            await Problems.AnswerAsync(httpContext, exception, ErrorCatalogue.StoreBusy, "of our own");
            return true;
        }
    }

    private sealed class ThrowingFilter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((HttpContext _, RequestDelegate _) => throw new InvalidOperationException("outside"));
            next(app);
        };
    }

    /// <summary>What the framework's own counter of exceptions counts, in one host.</summary>
    private sealed class CountedExceptions : IDisposable
    {
        private readonly ConcurrentQueue<string> _types = new();
        private readonly MeterListener _listener = new();

        public CountedExceptions(IServiceProvider services)
        {
            var meters = services.GetRequiredService<IMeterFactory>();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "aspnetcore.diagnostics.exceptions" && ReferenceEquals(instrument.Meter.Scope, meters))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
            {
                foreach (var tag in tags)
                {
                    if (tag.Key == "error.type")
                    {
                        _types.Enqueue(((string)tag.Value!).Split('.')[^1]);
                    }
                }
            });
            _listener.Start();
        }

        public IReadOnlyCollection<string> Types => _types;

        public void Dispose() => _listener.Dispose();
    }
}
