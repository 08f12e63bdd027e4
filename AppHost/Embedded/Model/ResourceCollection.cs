using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The resources of an application.</summary>
public interface IResourceCollection : IList<IResource>
{
    /// <summary>Finds a resource by its name, ignoring case.</summary>
    bool TryGetByName(string name, [NotNullWhen(true)] out IResource? resource);
}

/// <summary>The application as it was described.</summary>
/// <param name="resources">Its resources.</param>
public class DistributedApplicationModel(IResourceCollection resources)
{
    /// <summary>The resources, in the order they were added.</summary>
    public IResourceCollection Resources { get; } = resources;
}

internal sealed class ResourceCollection : Collection<IResource>, IResourceCollection
{
    public bool TryGetByName(string name, [NotNullWhen(true)] out IResource? resource) =>
        (resource = this.FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase))) is not null;

    protected override void InsertItem(int index, IResource item)
    {
        if (TryGetByName(item.Name, out var other))
        {
            throw new DistributedApplicationException($"Two resources are named '{item.Name}' ({Kind(other)} and {Kind(item)}); give one of them another name (case does not count).");
        }

        base.InsertItem(index, item);
    }

    private static string Kind(IResource resource) => resource.GetType().Name;
}
