namespace Aspire.Hosting;

/// <summary>Says where a project is; the build writes one class for each project reference, in namespace <c>Projects</c>.</summary>
public interface IProjectMetadata : IResourceAnnotation
{
    /// <summary>Absolute path of the project file.</summary>
    string ProjectPath { get; }

    /// <summary>Whether the project has been built already.</summary>
    bool SuppressBuild => false;
}
