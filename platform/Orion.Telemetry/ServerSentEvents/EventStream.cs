using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Orion.Telemetry.ServerSentEvents;

/// <summary>
/// An answer of server-sent events (WHATWG HTML, section 9.2), as every live stream of the platform begins and stays alive.
/// </summary>
public static class EventStream
{
    /// <summary>
    /// How long a stream may be silent before it sends a comment: proxies close those that are silent for a minute or less.
    /// </summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Begins the answer: status 200, nothing of it buffered or cached, and two seconds for a client to wait before it comes back.
    /// </summary>
    public static Task BeginAsync(HttpContext http, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(http);
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        return SendAsync(http, "retry: 2000\n\n", cancellationToken);
    }

    /// <summary>Sends a comment, which clients ignore.</summary>
    public static Task KeepAliveAsync(HttpContext http, CancellationToken cancellationToken) =>
        SendAsync(http, ": still here\n\n", cancellationToken);

    /// <summary>Sends fields and comments as they are, at once.</summary>
    public static async Task SendAsync(HttpContext http, string text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(http);
        await http.Response.WriteAsync(text, cancellationToken);
        await http.Response.Body.FlushAsync(cancellationToken);
    }

    /// <summary>Whether <paramref name="change"/> completes within <paramref name="patience"/>; where it does not, it goes on.</summary>
    public static async Task<bool> WithinAsync(Task change, TimeSpan patience, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(change);
        try
        {
            await change.WaitAsync(patience, time);
            return true;
        }
        catch (TimeoutException) when (!change.IsCompleted)
        {
            return false;
        }
    }
}
