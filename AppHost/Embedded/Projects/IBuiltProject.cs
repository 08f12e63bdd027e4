namespace OrionPlatform.AppHost;

/// <summary>Says which assembly a build of a project made; written by the same target, so that no MSBuild has to run to find it.</summary>
internal interface IBuiltProject
{
    /// <summary>Absolute path of the assembly.</summary>
    string AssemblyPath { get; }
}
