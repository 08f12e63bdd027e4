using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orion.OpsPanel.Access;
using Orion.OpsPanel.Shell;
using Orion.Telemetry.ServerSentEvents;

namespace Orion.OpsPanel.Live;

/// <summary>
/// A tab's live stream: server-sent events, one <c>fragment</c> event for each part that looks different from what this viewer was last
/// sent. A slow viewer skips pictures; nothing queues up for it.
/// </summary>
internal sealed class LiveStream(LivePulse pulse, TabPainter painter, StreamConcurrencyLimiter limiter, Sessions sessions,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<LiveStream> logger)
{
    // Sessions ended here cut their streams off at once; this is for those ended by another process, or by time.
    private static readonly TimeSpan s_sessionCheck = TimeSpan.FromSeconds(5);

    public async Task RunAsync(HttpContext http, ITab tab, TabView view)
    {
        var session = Sessions.Current(http);
        using var lease = limiter.TryTake(session.Id);
        if (lease is null)
        {
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            http.Response.Headers.RetryAfter = "10";
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lease.Ended, lifetime.ApplicationStopping);
        using var watching = pulse.Watch();
        try
        {
            await EventStream.BeginAsync(http, stop.Token);
            await SendAsync(http, tab, view, session, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The viewer left, the session ended, or the host stops.
        }

        if (!http.RequestAborted.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested)
        {
            await http.Response.WriteAsync("event: ended\ndata: session\n\n", http.RequestAborted);
        }
    }

    private async Task SendAsync(HttpContext http, ITab tab, TabView view, PanelSession session, CancellationToken stop)
    {
        var sent = new Dictionary<string, string>(); // The tab's fragments; a handful.
        var version = await painter.VersionAsync(stop);
        var silentSince = time.GetTimestamp();
        var checkedAt = time.GetTimestamp();
        while (true)
        {
            if (await WriteChangesAsync(http, tab, view, version, sent, stop))
            {
                silentSince = time.GetTimestamp();
            }

            var changed = pulse.ChangedAsync(version, tab.Watches, stop);
            do
            {
                if (time.GetElapsedTime(checkedAt) >= s_sessionCheck)
                {
                    if (!await sessions.IsAliveAsync(session, stop))
                    {
                        return;
                    }

                    checkedAt = time.GetTimestamp();
                }

                if (time.GetElapsedTime(silentSince) >= EventStream.KeepAlive)
                {
                    await EventStream.KeepAliveAsync(http, stop);
                    silentSince = time.GetTimestamp();
                }
            }
            while (!await EventStream.WithinAsync(changed, s_sessionCheck, time));

            version = await changed;
        }
    }

    private async Task<bool> WriteChangesAsync(HttpContext http, ITab tab, TabView view, PanelVersion version,
        Dictionary<string, string> sent, CancellationToken stop)
    {
        Painting painting;
        try
        {
            painting = await painter.PaintAsync(tab, view, PanelPath.Base(http), version, stop);
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            logger.LogWarning(failure, "A live region of the panel could not be painted: {Location}", view.Location);
            await EventStream.SendAsync(http, "event: trouble\ndata: The data could not be read just now.\n\n", stop);
            return true;
        }

        var wrote = false;
        foreach (var fragment in painting.Fragments)
        {
            if (!sent.TryGetValue(fragment.Id, out var before) || before != fragment.Html)
            {
                sent[fragment.Id] = fragment.Html;
                await http.Response.WriteAsync(Event(fragment), stop);
                wrote = true;
            }
        }

        await http.Response.Body.FlushAsync(stop);
        return wrote;
    }

    private static string Event(Fragment fragment)
    {
        var text = new StringBuilder(fragment.Html.Length + 64).Append("event: fragment\n");
        foreach (var line in fragment.Html.AsSpan().EnumerateLines())
        {
            text.Append("data: ").Append(line).Append('\n');
        }

        return text.Append('\n').ToString();
    }
}
