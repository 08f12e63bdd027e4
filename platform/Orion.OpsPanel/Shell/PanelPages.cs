using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Orion.OpsPanel.Access;
using Orion.Telemetry.Lag;

namespace Orion.OpsPanel.Shell;

/// <summary>Writes whole pages: the document, its header and navigation, and the content asked for.</summary>
internal sealed class PanelPages(HtmlPainter painter, IAntiforgery antiforgery, StallNotice stall, TimeProvider time)
{
    public Task WriteAsync<TContent>(HttpContext http, int status, string title, params (string Name, object? Value)[] parameters)
        where TContent : IComponent =>
        WriteAsync(http, status, new PageInfo { Title = title },
            HtmlPainter.Content<TContent>([("Base", PanelPath.Base(http)), .. parameters]));

    public async Task WriteAsync(HttpContext http, int status, PageInfo page, RenderFragment content)
    {
        // To those who may see the Health tab: a sentence names routes.
        var session = Sessions.Find(http);
        var notice = stall.IsOn && session?.Stored.Role is not null
            ? HtmlPainter.Content<StallBanner>(("Id", StallNotice.Id), ("Stall", stall.Latest))
            : null;
        var html = await painter.RenderAsync<Document>(
            ("Page", page), ("Content", content), ("Notice", notice), ("Session", session), ("Tokens", antiforgery.GetAndStoreTokens(http)),
            ("Base", PanelPath.Base(http)), ("Now", time.GetUtcNow()));
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.WriteAsync("<!DOCTYPE html>\n" + html, http.RequestAborted);
        }
    }
}

/// <summary>What a page says of itself.</summary>
public sealed record PageInfo
{
    /// <summary>Its title, without the panel's name.</summary>
    public required string Title { get; init; }

    /// <summary>Entry of the navigation that is current; null for none.</summary>
    internal string? Section { get; init; }

    /// <summary>Location of its live stream below the panel's root; null for a page that stands still.</summary>
    internal string? Live { get; init; }

    /// <summary>Where each section was left, so that coming back finds it as it was.</summary>
    internal IReadOnlyDictionary<string, string> LastLocations { get; init; } = new Dictionary<string, string>();
}
