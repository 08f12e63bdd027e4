using Orion.Telemetry.CanonicalLines;
using Orion.Telemetry.Errors;
using Orion.Telemetry.Tracing;
using OrionPlatform.Contracts;
using OrionPlatform.Domain;
using OrionPlatform.ServiceDefaults;

namespace OrionPlatform.Api;

/// <summary>
/// Lets a request through to a project of its own tenant only. Another tenant's project is as unknown as one that never was.
/// </summary>
internal static class ProjectAccess
{
    internal static async ValueTask<object?> CheckAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var projectId = (string)http.Request.RouteValues["projectId"]!;
        if (!await MayUseAsync(http, projectId))
        {
            throw new ProblemException(ErrorCodes.ProjectNotFound);
        }

        if (http.Request.RouteValues["id"] is string id && !Shapes.IsId(id))
        {
            throw new ProblemException(ErrorCodes.AllocationNotFound);
        }

        Canon.Add("project.id", projectId);
        return await next(context);
    }

    private static async Task<bool> MayUseAsync(HttpContext http, string projectId)
    {
        using var span = Spans.Start("api.tenants.resolve");

        // The shape first: the membership cache also keeps refusals, and junk must not fill it.
        return Shapes.IsId(projectId)
            && await http.RequestServices.GetRequiredService<Members>().CanUseProjectAsync(http.Caller(), projectId, http.RequestAborted);
    }
}
