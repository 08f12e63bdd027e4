using Microsoft.AspNetCore.Authorization;
using Orion.Telemetry.Requests;

namespace OrionPlatform.Api;

/// <summary>Who may reach what. Every endpoint names a policy; a route that names none is closed to everyone.</summary>
internal static class ApiPolicies
{
    public const string Read = "api-read";
    public const string Write = "api-write";
    public const string Otlp = "otlp";

    internal static void AddApiAuth(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ApiAudit>();
        builder.Services.AddFailedAuthentications();
        builder.Services.AddAuthentication()
            .AddScheme<PlainOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null)
            .AddScheme<PlainOptions, OtlpKeyAuthentication>(OtlpKeyAuthentication.SchemeName, null);
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy(Read, p => p.AddAuthenticationSchemes(ApiKeyAuthentication.SchemeName).RequireAuthenticatedUser())
            .AddPolicy(Write, p => p.AddAuthenticationSchemes(ApiKeyAuthentication.SchemeName).RequireRole("member", "admin"))
            .AddPolicy(Otlp, p => p.AddAuthenticationSchemes(OtlpKeyAuthentication.SchemeName).RequireAuthenticatedUser())
            .SetFallbackPolicy(new AuthorizationPolicyBuilder(ApiKeyAuthentication.SchemeName).RequireAssertion(IsNoRoute).Build());
    }

    // A request that matches no route goes on to its 404 or 405; a mapped route that names no policy is refused, whoever asks.
    private static bool IsNoRoute(AuthorizationHandlerContext context) =>
        context.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint;
}
