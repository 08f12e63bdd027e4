namespace Aspire.Hosting;

/// <summary>Adds .NET projects.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>A referenced project.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name) where TProject : IProjectMetadata, new() =>
        Add(builder, name, new TProject(), new ProjectResourceOptions());

    /// <summary>A referenced project with a launch profile; null for none.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name, string? launchProfileName) where TProject : IProjectMetadata, new() =>
        Add(builder, name, new TProject(), Profile(launchProfileName));

    /// <summary>A referenced project with options.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name, Action<ProjectResourceOptions> configure) where TProject : IProjectMetadata, new() =>
        Add(builder, name, new TProject(), Configured(configure));

    /// <summary>A project by the path of its project file or folder.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath) =>
        Add(builder, name, ProjectAt(builder, name, projectPath), new ProjectResourceOptions());

    /// <summary>A project by its path, with a launch profile; null for none.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath, string? launchProfileName) =>
        Add(builder, name, ProjectAt(builder, name, projectPath), Profile(launchProfileName));

    /// <summary>A project by its path, with options.</summary>
    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath, Action<ProjectResourceOptions> configure) =>
        Add(builder, name, ProjectAt(builder, name, projectPath), Configured(configure));

    /// <summary>Runs the project several times; each replica has its own port, and a reference to the project lists all of them.</summary>
    /// <exception cref="DistributedApplicationException">The number is less than 1.</exception>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return replicas >= 1
            ? builder.WithAnnotation(new ReplicaAnnotation(replicas), ResourceAnnotationMutationBehavior.Replace)
            : throw new DistributedApplicationException($"Resource '{builder.Resource.Name}' has {replicas} replicas; it needs at least 1.");
    }

    private static IResourceBuilder<ProjectResource> Add(IDistributedApplicationBuilder builder, string name, IProjectMetadata metadata, ProjectResourceOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var project = builder.AddResource(new ProjectResource(name)).WithAnnotation(metadata);
        TelemetryEnvironment.AddTo(project);
        LaunchProfiles.Apply(project, metadata, options);
        return project;
    }

    private static ProjectPath ProjectAt(IDistributedApplicationBuilder builder, string name, string projectPath)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(projectPath);
        return ProjectPath.Find(name, Path.GetFullPath(projectPath, builder.AppHostDirectory));
    }

    private static ProjectResourceOptions Profile(string? name) => new() { LaunchProfileName = name, ExcludeLaunchProfile = name is null };

    private static ProjectResourceOptions Configured(Action<ProjectResourceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new ProjectResourceOptions();
        configure(options);
        return options;
    }
}

internal sealed record ReplicaAnnotation(int Replicas) : IResourceAnnotation;
