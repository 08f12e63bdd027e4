using Orion.Telemetry.Errors;

namespace OrionPlatform.ServiceDefaults;

/// <summary>This product's error codes, beside the platform's (<see cref="ErrorCatalogue"/>); a new one is a line here.</summary>
public static class ErrorCodes
{
    /// <summary>No project of that id in the caller's tenant.</summary>
    public static readonly CatalogueError ProjectNotFound = new("project_not_found", 404, "There is no such project.");

    /// <summary>No label of that id in the project.</summary>
    public static readonly CatalogueError LabelNotFound = new("label_not_found", 404, "There is no such label.");
}
