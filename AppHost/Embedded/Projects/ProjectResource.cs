namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A .NET project of the solution.</summary>
    /// <param name="name">Its name.</param>
    public class ProjectResource(string name)
        : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport, IComputeResource;
}

namespace Aspire.Hosting
{
    /// <summary>How a project is run.</summary>
    public class ProjectResourceOptions
    {
        /// <summary>Launch profile in the project's launchSettings.json; null for the first that runs the project.</summary>
        public string? LaunchProfileName { get; set; }

        /// <summary>Whether launchSettings.json is ignored.</summary>
        public bool ExcludeLaunchProfile { get; set; }
    }
}
