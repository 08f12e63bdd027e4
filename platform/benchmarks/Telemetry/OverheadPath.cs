using System.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Orion.Benchmarks;

/// <summary>
/// A server without a network: runs the same request through the application again and again, on the caller's thread. What it measures is
/// the pipeline alone, so small differences show that a socket's own cost would hide.
/// </summary>
internal sealed class OverheadPath : IServer
{
    private Func<int, Task>? _requests;

    public IFeatureCollection Features { get; } = new FeatureCollection();

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken) where TContext : notnull
    {
        _requests = count => RunAsync(application, count);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
    }

    /// <summary>Nanoseconds and bytes allocated by one request, on this thread.</summary>
    public async Task<(double Nanoseconds, double Bytes)> MeasureAsync(int requests)
    {
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        await _requests!(requests);
        return (Stopwatch.GetElapsedTime(start).TotalNanoseconds / requests,
            (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / requests);
    }

    private static async Task RunAsync<TContext>(IHttpApplication<TContext> application, int count) where TContext : notnull
    {
        var features = new Reused<TContext>();
        for (var i = 0; i < count; i++)
        {
            features.Set<IHttpRequestFeature>(new HttpRequestFeature
            {
                Method = "GET",
                Path = "/v1/items/item-7",
                Protocol = "HTTP/1.1",
                Scheme = "http",
                Headers = new HeaderDictionary { ["Host"] = "localhost" },
            });
            features.Set<IHttpResponseFeature>(new HttpResponseFeature());
            features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
            var context = application.CreateContext(features);
            Exception? failure = null;
            try
            {
                await application.ProcessRequestAsync(context);
            }
            catch (Exception exception)
            {
                failure = exception;
            }

            application.DisposeContext(context, failure);
        }
    }

    /// <summary>
    /// As a real server does, it lends its features to one request after the other, and with them the context that hosting keeps there.
    /// </summary>
    private sealed class Reused<TContext> : FeatureCollection, IHostContextContainer<TContext> where TContext : notnull
    {
        public TContext? HostContext { get; set; }
    }
}
