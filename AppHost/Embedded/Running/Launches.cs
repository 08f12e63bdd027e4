using Microsoft.Extensions.Logging;

namespace OrionPlatform.AppHost;

/// <summary>Turns a resource into what is started.</summary>
internal sealed class Launches(DistributedApplicationExecutionContext executionContext, string runId, ILogger logger)
{
    /// <summary>Program and fixed arguments.</summary>
    /// <exception cref="DistributedApplicationException">The project is not built, or the command does not exist.</exception>
    public static (string Program, string[] Arguments, string WorkingDirectory) Program(IResource resource)
    {
        switch (resource)
        {
            case ProjectResource:
                var project = resource.Annotations.OfType<IProjectMetadata>().Last();
                return (DotNet.Path, [BuiltAssembly.Of(resource.Name, project)], Path.GetDirectoryName(project.ProjectPath)!);
            case ExecutableResource executable when !Directory.Exists(executable.WorkingDirectory):
                throw new DistributedApplicationException($"The working directory {executable.WorkingDirectory} of resource '{resource.Name}' does not exist; make it, or name another.");
            case ExecutableResource executable:
                var program = Command.Find(executable.Command, executable.WorkingDirectory)
                    ?? throw new DistributedApplicationException($"The command '{executable.Command}' of resource '{resource.Name}' was not found; install it, or give its full path.");
                return (program, [], executable.WorkingDirectory);
            default:
                throw new DistributedApplicationException($"Resource '{resource.Name}' is a {resource.GetType().Name}, which the embedded engine cannot run; use AppHostEngine=aspire.");
        }
    }

    public async Task<Launch> CreateAsync(IResource resource, int replica, CancellationToken cancellationToken)
    {
        var (program, arguments, folder) = Program(resource);
        return new Launch(program, [.. arguments, .. await ArgumentsAsync(resource, cancellationToken)], folder, await EnvironmentAsync(resource, replica, cancellationToken));
    }

    public async Task<Dictionary<string, string>> EnvironmentAsync(IResource resource, int replica, CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(executionContext, resource, cancellationToken: cancellationToken) { Logger = logger };
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.PortVariable is not null))
        {
            context.EnvironmentVariables[endpoint.PortVariable!] = $"{endpoint.Allocated[replica]}";
        }

        if (resource is ProjectResource)
        {
            AddProjectDefaults(context, resource, replica);
        }

        foreach (var callback in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            await callback.Callback(context);
        }

        context.EnvironmentVariables[RunProcesses.Variable] = runId;
        context.EnvironmentVariables["ORION_PARENT_PID"] = $"{System.Environment.ProcessId}";
        var resolved = new Dictionary<string, string>();
        foreach (var (name, value) in context.EnvironmentVariables)
        {
            if (await TextAsync(value, resource, $"variable {name}", cancellationToken) is { } text)
            {
                resolved[name] = text;
            }
        }

        return resolved;
    }

    private static void AddProjectDefaults(EnvironmentCallbackContext context, IResource resource, int replica)
    {
        var urls = resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.UriScheme is "http" or "https").Select(e => $"{e.UriScheme}://{EndpointReference.LocalHost}:{e.Allocated[replica]}");
        if (string.Join(';', urls) is { Length: > 0 } listen)
        {
            context.EnvironmentVariables["ASPNETCORE_URLS"] = listen;
        }

        context.EnvironmentVariables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={Guid.NewGuid():N}";
    }

    private async Task<List<string>> ArgumentsAsync(IResource resource, CancellationToken cancellationToken)
    {
        var context = new CommandLineArgsCallbackContext([], resource, cancellationToken);
        foreach (var callback in resource.Annotations.OfType<ArgsCallbackAnnotation>())
        {
            await callback.Callback(context);
        }

        var resolved = new List<string>();
        foreach (var argument in context.Args)
        {
            if (await TextAsync(argument, resource, "an argument", cancellationToken) is { } text)
            {
                resolved.Add(text);
            }
        }

        return resolved;
    }

    private async ValueTask<string?> TextAsync(object value, IResource resource, string what, CancellationToken cancellationToken) => value switch
    {
        string text => text,
        IValueProvider provider => await provider.GetValueAsync(new ValueProviderContext { Caller = resource, ExecutionContext = executionContext }, cancellationToken),
        IResourceBuilder<IResource> { Resource: IValueProvider provider } => await provider.GetValueAsync(cancellationToken),
        bool or int or long or double => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value}"),
        _ => throw new DistributedApplicationException($"Resource '{resource.Name}' gets {what} of type {value.GetType().Name}; it must be text or a value provider."),
    };
}
