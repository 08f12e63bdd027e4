namespace Aspire.Hosting.ApplicationModel;

/// <summary>Any program.</summary>
/// <param name="name">Its name.</param>
/// <param name="command">A path, or a command on PATH.</param>
/// <param name="workingDirectory">Folder it runs in; a relative one starts from the AppHost project's.</param>
public class ExecutableResource(string name, string command, string workingDirectory)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport, IComputeResource
{
    /// <summary>A path, or a command on PATH.</summary>
    public string Command { get; } = !string.IsNullOrWhiteSpace(command) ? command : throw new DistributedApplicationException($"Resource '{name}' has no command; name a program.");

    /// <summary>Folder it runs in.</summary>
    public string WorkingDirectory { get; } = workingDirectory ?? throw new ArgumentNullException(nameof(workingDirectory));
}
