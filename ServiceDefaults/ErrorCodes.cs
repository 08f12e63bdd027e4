using Orion.Telemetry.Errors;

namespace OrionPlatform.ServiceDefaults;

/// <summary>This product's error codes, beside the platform's (<see cref="ErrorCatalogue"/>); a new one is a line here.</summary>
public static class ErrorCodes
{
    /// <summary>No project of that id in the caller's tenant.</summary>
    public static readonly CatalogueError ProjectNotFound = new("project_not_found", 404, "There is no such project.");

    /// <summary>No allocation of that id in the project.</summary>
    public static readonly CatalogueError AllocationNotFound = new("allocation_not_found", 404, "There is no such allocation.");

    /// <summary>A node could not start a workload.</summary>
    public static readonly CatalogueError WorkloadNotStarted = new("workload_not_started", 500, "The workload could not be started.");

    /// <summary>A workload ended by itself.</summary>
    public static readonly CatalogueError WorkloadExited = new("workload_exited", 500, "The workload ended by itself.");
}
