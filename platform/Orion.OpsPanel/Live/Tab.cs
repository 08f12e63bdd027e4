using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;

namespace Orion.OpsPanel.Live;

/// <summary>Parameters of a tab, already checked.</summary>
/// <remarks>
/// A record, so that equal parameters are equal views. (Razor components are public classes, so what they take as parameters is public
/// too.)
/// </remarks>
public abstract record TabView
{
    /// <summary>
    /// Canonical path and query below the panel's root, for example <c>traces?errors=1</c>: equal views have equal locations.
    /// </summary>
    internal abstract string Location { get; }

    /// <summary>Where its live stream is.</summary>
    internal string LiveLocation =>
        Location.IndexOf('?') is var at and >= 0 ? $"{Location[..at]}/live{Location[at..]}" : Location + "/live";
}

/// <summary>A parameter in the address is not valid.</summary>
internal sealed class BadViewException(string field, string problem) : Exception($"{field}: {problem}");

/// <summary>One tab of the panel: what is in its address, how its live parts are painted, and the page around them.</summary>
internal interface ITab
{
    /// <summary>Route below the panel's root.</summary>
    string Route { get; }

    /// <summary>The entry of the navigation it belongs to.</summary>
    string Section { get; }

    /// <summary>What repaints it.</summary>
    Watches Watches { get; }

    /// <summary>Reads the address.</summary>
    /// <exception cref="BadViewException">A parameter is not valid; the message names it.</exception>
    TabView Parse(HttpRequest request);

    /// <summary>The page's title.</summary>
    string Title(TabView view);

    /// <summary>Paints the live parts; the same for every viewer. <paramref name="base"/> is the panel's path, for links.</summary>
    Task<Painting> PaintAsync(TabView view, string @base, CancellationToken cancellationToken);

    /// <summary>Whether the page changes while it is looked at; an older page of a list, say, does not.</summary>
    bool IsLive(TabView view) => true;

    /// <summary>The page's content around the live parts.</summary>
    /// <param name="view">The parameters.</param>
    /// <param name="painting">The live parts, as the page shows them first.</param>
    /// <param name="base">The panel's path, for links.</param>
    /// <param name="cancellationToken">Ends it when the viewer has gone.</param>
    Task<RenderFragment> FrameAsync(TabView view, Painting painting, string @base, CancellationToken cancellationToken);
}
