using System.Collections.ObjectModel;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something the application is made of: a service, a program, a parameter, a connection string.</summary>
public interface IResource
{
    /// <summary>Unique in the application, ignoring case; see <see cref="Resource(string)"/> for its rules.</summary>
    string Name { get; }

    /// <summary>What has been said about the resource.</summary>
    ResourceAnnotationCollection Annotations { get; }
}

/// <summary>One statement about a resource.</summary>
public interface IResourceAnnotation;

/// <summary>The annotations of one resource, in the order they were made.</summary>
public sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>;

/// <summary>What becomes of earlier annotations of the same type.</summary>
public enum ResourceAnnotationMutationBehavior
{
    /// <summary>They stay.</summary>
    Append,

    /// <summary>They are removed.</summary>
    Replace,
}

/// <summary>Base of every resource.</summary>
public abstract class Resource : IResource
{
    /// <summary>Takes the name.</summary>
    /// <param name="name">1 to 64 ASCII letters, digits and hyphens, beginning with a letter, without a hyphen at the end or two in a row.</param>
    /// <exception cref="DistributedApplicationException">The name breaks a rule.</exception>
    protected Resource(string name)
    {
        ResourceNames.Check(name);
        Name = name;
    }

    /// <inheritdoc/>
    public virtual string Name { get; }

    /// <inheritdoc/>
    public virtual ResourceAnnotationCollection Annotations { get; } = [];
}
