using System.Xml.Linq;

namespace OrionPlatform.AppHost;

/// <summary>A project that is known only by its path.</summary>
internal sealed record ProjectPath(string ProjectPath_) : IProjectMetadata
{
    string IProjectMetadata.ProjectPath => ProjectPath_;

    public static ProjectPath Find(string resource, string path)
    {
        var files = Directory.Exists(path) ? Directory.GetFiles(path, "*.csproj") : File.Exists(path) ? [path] : [];
        return files.Length == 1
            ? new ProjectPath(files[0])
            : throw new DistributedApplicationException($"Resource '{resource}' needs one project file at {path}, and there {(files.Length == 0 ? "is none" : $"are {files.Length}")}; give the path of the .csproj.");
    }
}

/// <summary>Finds the assembly that a build of a project made, without running MSBuild.</summary>
internal static class BuiltAssembly
{
    /// <exception cref="DistributedApplicationException">The project has not been built.</exception>
    public static string Of(string resource, IProjectMetadata project)
    {
        var path = project is IBuiltProject built ? built.AssemblyPath : Newest(project.ProjectPath);
        return path is not null && File.Exists(path)
            ? path
            : throw new DistributedApplicationException($"Resource '{resource}' is not built ({path ?? $"no assembly of {project.ProjectPath}"} does not exist); run dotnet build \"{project.ProjectPath}\" first.");
    }

    private static string? Newest(string projectFile)
    {
        var output = new DirectoryInfo(Path.Combine(Path.GetDirectoryName(projectFile)!, "bin", OwnAssembly.Configuration));
        var name = XDocument.Load(projectFile).Descendants("AssemblyName").FirstOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(projectFile);
        return output.Exists
            ? output.EnumerateFiles($"{name}.dll", SearchOption.AllDirectories)
                .Where(f => File.Exists(Path.ChangeExtension(f.FullName, ".runtimeconfig.json")))
                .MaxBy(f => f.LastWriteTimeUtc)?.FullName
            : null;
    }
}
