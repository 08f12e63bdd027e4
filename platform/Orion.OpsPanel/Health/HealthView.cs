using Orion.OpsPanel.Live;

namespace Orion.OpsPanel.Health;

/// <summary>The Health tab; it has no parameters.</summary>
public sealed record HealthView : TabView
{
    internal override string Location => "health";
}
