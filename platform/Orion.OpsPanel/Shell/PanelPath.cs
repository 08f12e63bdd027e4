using Microsoft.AspNetCore.Http;

namespace Orion.OpsPanel.Shell;

/// <summary>Where the panel lives.</summary>
internal static class PanelPath
{
    public const string Root = "/admin/ops";

    /// <summary>The panel's path as the browser sees it, without a trailing slash; honours a path base set by a proxy.</summary>
    public static string Base(HttpContext http) => http.Request.PathBase.Add(Root);
}
