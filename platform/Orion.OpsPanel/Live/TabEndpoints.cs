using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Orion.OpsPanel.Access;
using Orion.OpsPanel.Shell;
using Orion.OpsPanel.Traces;

namespace Orion.OpsPanel.Live;

/// <summary>A page and a live stream for every tab; the panel's root leads to the tab the session had open last.</summary>
internal sealed class TabEndpoints(
    IEnumerable<ITab> tabs, TabPainter painter, LiveStream stream, TabMemory memory, PanelPages pages, ILogger<TabEndpoints> logger)
{
    public void Map(IEndpointRouteBuilder group)
    {
        group.MapGet("/", RootAsync);
        foreach (var tab in tabs)
        {
            group.MapGet("/" + tab.Route, http => PageAsync(http, tab));
            group.MapGet($"/{tab.Route}/live", http => LiveAsync(http, tab));
        }

        group.MapGet("/traces/find", FindTrace);
        group.MapGet("/{**rest}", http => pages.WriteAsync<MessagePage>(
            http, StatusCodes.Status404NotFound, "Not found", ("Heading", "There is no such page"),
            ("Message", "The address does not lead to a part of the panel.")));
    }

    private Task RootAsync(HttpContext http)
    {
        var last = TabMemory.Active(Sessions.Current(http)) ?? "overview";
        http.Response.Redirect($"{PanelPath.Base(http)}/{last}");
        return Task.CompletedTask;
    }

    // The form of the Traces tab: what was pasted becomes an address.
    private Task FindTrace(HttpContext http)
    {
        if (TracesView.FindTraceId(http.Request.Query["id"].ToString()) is not { } id)
        {
            return BadAddressAsync(http, new BadViewException("trace id", "must be 32 hexadecimal digits, or a traceparent."));
        }

        http.Response.Redirect($"{PanelPath.Base(http)}/traces/{id}");
        return Task.CompletedTask;
    }

    private async Task PageAsync(HttpContext http, ITab tab)
    {
        if (await ParseAsync(http, tab) is not { } view)
        {
            return;
        }

        var last = await memory.NoteAsync(http, Sessions.Current(http), tab.Section, view.Location);
        try
        {
            var painting = await painter.PaintAsync(
                tab, view, PanelPath.Base(http), await painter.VersionAsync(http.RequestAborted), http.RequestAborted);
            var page = new PageInfo
            {
                Title = tab.Title(view),
                Section = tab.Section,
                Live = tab.IsLive(view) ? view.LiveLocation : null,
                LastLocations = last,
            };
            await pages.WriteAsync(http, painting.Status, page,
                await tab.FrameAsync(view, painting, PanelPath.Base(http), http.RequestAborted));
        }
        catch (BadViewException bad)
        {
            await BadAddressAsync(http, bad);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !http.RequestAborted.IsCancellationRequested)
        {
            logger.LogWarning(failure, "A page of the panel could not be painted: {Location}", view.Location);
            await pages.WriteAsync<MessagePage>(
                http, StatusCodes.Status503ServiceUnavailable, "Not readable", ("Heading", "The data could not be read"),
                ("Message", "The service's log says why. Reload the page to try again."));
        }
    }

    private async Task LiveAsync(HttpContext http, ITab tab)
    {
        if (await ParseAsync(http, tab) is { } view)
        {
            await stream.RunAsync(http, tab, view);
        }
    }

    private async Task<TabView?> ParseAsync(HttpContext http, ITab tab)
    {
        try
        {
            return tab.Parse(http.Request);
        }
        catch (BadViewException bad)
        {
            await BadAddressAsync(http, bad);
            return null;
        }
    }

    private Task BadAddressAsync(HttpContext http, BadViewException bad) => pages.WriteAsync<MessagePage>(
        http, StatusCodes.Status400BadRequest, "Not valid", ("Heading", "The address is not valid"), ("Message", bad.Message));
}
