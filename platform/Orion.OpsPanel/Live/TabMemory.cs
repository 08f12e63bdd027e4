using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Orion.OpsPanel.Access;
using Orion.Store.OpsAccess;

namespace Orion.OpsPanel.Live;

/// <summary>
/// Which tab a session has open, and with which filters each tab was left: kept with the session on the server, so a reload or another
/// window finds it.
/// </summary>
internal sealed class TabMemory(OpsSessions store)
{
    // The most that the store keeps of all tabs together; what does not fit still works, it is only not remembered.
    private const int MaxLength = 2000;

    /// <summary>The location to open first, or null when the session has not chosen yet.</summary>
    public static string? Active(PanelSession session) =>
        session.Stored.Tab is { } tab ? Locations(session).GetValueOrDefault(tab, tab) : null;

    /// <summary>Remembers where the session is now; returns the last location of every tab.</summary>
    public async Task<IReadOnlyDictionary<string, string>> NoteAsync(
        HttpContext http, PanelSession session, string section, string location)
    {
        var locations = Locations(session);
        // A page that another site links to is shown, but does not change what the session remembers.
        var foreign = http.Request.Headers["Sec-Fetch-Site"] == "cross-site";
        if (foreign || (session.Stored.Tab == section && locations.GetValueOrDefault(section) == location))
        {
            return locations;
        }

        locations[section] = location;
        if (QueryString.Create(locations.Select(l => KeyValuePair.Create(l.Key, (string?)l.Value))).Value is { Length: <= MaxLength } text)
        {
            await store.SetTabAsync(session.Secret, section, text, http.RequestAborted);
        }

        return locations;
    }

    internal static Dictionary<string, string> Locations(PanelSession session) =>
        QueryHelpers.ParseQuery(session.Stored.TabParameters).ToDictionary(p => p.Key, p => p.Value.ToString());
}
