using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging;
using Orion.OpsPanel.Live;

namespace Orion.OpsPanel.Shell;

/// <summary>
/// Renders a Razor component to HTML text. Components get all they need as parameters, so a picture depends on nothing else.
/// </summary>
internal sealed class HtmlPainter(IServiceProvider services, ILoggerFactory loggers)
{
    public async Task<string> RenderAsync<TComponent>(params (string Name, object? Value)[] parameters) where TComponent : IComponent
    {
        await using var renderer = new HtmlRenderer(services, loggers);
        var values = ParameterView.FromDictionary(parameters.ToDictionary(p => p.Name, p => p.Value));
        return await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<TComponent>(values)).ToHtmlString());
    }

    public async Task<Fragment> FragmentAsync<TComponent>(string id, params (string Name, object? Value)[] parameters)
        where TComponent : IComponent =>
        new(id, await RenderAsync<TComponent>([("Id", id), .. parameters]));

    /// <summary>A component with parameters, for a place within another.</summary>
    public static RenderFragment Content<TComponent>(params (string Name, object? Value)[] parameters) where TComponent : IComponent =>
        builder =>
    {
        builder.OpenComponent<TComponent>(0);
        builder.AddMultipleAttributes(1, parameters.Where(p => p.Value is not null)
            .Select(p => new KeyValuePair<string, object>(p.Name, p.Value!)));
        builder.CloseComponent();
    };
}
