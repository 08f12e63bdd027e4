namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A resource that takes environment variables.</summary>
    public interface IResourceWithEnvironment : IResource;

    /// <summary>A resource that listens.</summary>
    public interface IResourceWithEndpoints : IResource;

    /// <summary>A resource that takes command-line arguments.</summary>
    public interface IResourceWithArgs : IResource;

    /// <summary>A resource whose start can wait for another.</summary>
    public interface IResourceWithWaitSupport : IResource;

    /// <summary>A resource that runs code of its own.</summary>
    public interface IComputeResource : IResource;
}

namespace Aspire.Hosting
{
    /// <summary>A resource that others find by its name.</summary>
    public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;
}
