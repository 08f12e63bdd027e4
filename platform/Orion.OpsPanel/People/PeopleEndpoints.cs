using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orion.OpsPanel.Access;
using Orion.OpsPanel.Audit;
using Orion.OpsPanel.Live;
using Orion.OpsPanel.Shell;
using Orion.Store.OpsAccess;

namespace Orion.OpsPanel.People;

/// <summary>Who may use the panel: an admin makes one-time login links and ends sessions.</summary>
internal sealed class PeopleEndpoints(OpsSessions store, Sessions sessions, PanelPages pages, AuditLog audit, TimeProvider time)
{
    private const int MaxName = 80;
    private static readonly TimeSpan s_linkValidFor = TimeSpan.FromHours(24);

    public void Map(IEndpointRouteBuilder group)
    {
        group.MapGet("/", http => PageAsync(http, StatusCodes.Status200OK));
        group.MapPost("/links", MakeLinkAsync);
        group.MapPost("/end", EndAsync);
    }

    private async Task MakeLinkAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var (name, role) = (form["name"].ToString().Trim(), form["role"].ToString());
        if (name.Length is 0 or > MaxName || name.Any(char.IsControl))
        {
            await PageAsync(http, StatusCodes.Status400BadRequest, ("Problem", $"name: give one of 1 to {MaxName} characters."));
            return;
        }

        if (!OpsRoles.All.Contains(role))
        {
            await PageAsync(http, StatusCodes.Status400BadRequest, ("Problem", $"role: must be one of {string.Join(", ", OpsRoles.All)}."));
            return;
        }

        var by = Sessions.Current(http).Stored;
        var token = await store.CreateLoginTokenAsync(
            name, role, s_linkValidFor, tx => audit.AddLinkCreatedAsync(tx, by, name, role), http.RequestAborted);
        audit.LinkCreated(by.Id, name, role);
        var link = $"{http.Request.Scheme}://{http.Request.Host}{PanelPath.Base(http)}/login?t={token}";
        await PageAsync(http, StatusCodes.Status200OK, ("Link", link), ("LinkFor", $"{name}, {role}"));
    }

    private async Task EndAsync(HttpContext http)
    {
        var ended = (await http.Request.ReadFormAsync(http.RequestAborted))["session"].ToString();
        var by = Sessions.Current(http).Stored;
        if (ended.Length is 0 or > 100
            || !await sessions.EndAsync(ended, tx => audit.AddSessionEndedAsync(tx, by, ended), http.RequestAborted))
        {
            await PageAsync(http, StatusCodes.Status404NotFound, ("Problem", "session: it has ended already."));
            return;
        }

        audit.SessionEnded(by.Id, ended);
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = PanelPath.Base(http) + "/people";
    }

    private async Task PageAsync(HttpContext http, int status, params (string Name, object? Value)[] more)
    {
        var session = Sessions.Current(http);
        var live = await store.ListAsync(http.RequestAborted);
        var content = HtmlPainter.Content<PeoplePage>(
        [
            ("Base", PanelPath.Base(http)), ("Live", live), ("Own", session.Id), ("Now", time.GetUtcNow()), .. more,
        ]);
        await pages.WriteAsync(http, status,
            new PageInfo { Title = "People", Section = "people", LastLocations = TabMemory.Locations(session) }, content);
    }
}
