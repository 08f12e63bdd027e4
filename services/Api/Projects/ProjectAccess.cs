namespace OrionPlatform.Api;

/// <summary>
/// Lets a request through to a project of its own tenant only. Another tenant's project is as unknown as one that never was.
/// </summary>
internal static class ProjectAccess
{
    /// <summary>Endpoints of the public API below a project.</summary>
    internal static RouteGroupBuilder MapProject(this IEndpointRouteBuilder app, string path) => app
        .MapGroup("/v1/projects/{projectId}/" + path).WithMetadata(new SurfaceAttribute("public")).Refuses(ErrorCodes.ProjectNotFound)
            .AddEndpointFilter(CheckAsync);

    private static async ValueTask<object?> CheckAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var projectId = (string)http.Request.RouteValues["projectId"]!;
        if (!await MayUseAsync(http, projectId))
        {
            throw new ProblemException(ErrorCodes.ProjectNotFound);
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
