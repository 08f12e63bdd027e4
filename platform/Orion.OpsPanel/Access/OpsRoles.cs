using Microsoft.AspNetCore.Authorization;

namespace Orion.OpsPanel.Access;

/// <summary>The panel's roles, each including the one before: viewer reads, operator acts, admin also manages people.</summary>
internal static class OpsRoles
{
    public const string Viewer = "viewer";
    public const string Operator = "operator";
    public const string Admin = "admin";

    public const string ViewerPolicy = "ops.viewer";
    public const string OperatorPolicy = "ops.operator";
    public const string AdminPolicy = "ops.admin";

    public static readonly IReadOnlyList<string> All = [Viewer, Operator, Admin];

    public static void AddPolicies(AuthorizationOptions options)
    {
        Add(ViewerPolicy, Viewer, Operator, Admin);
        Add(OperatorPolicy, Operator, Admin);
        Add(AdminPolicy, Admin);

        void Add(string policy, params string[] roles) => options.AddPolicy(policy, p => p
            .AddAuthenticationSchemes(PanelAuthentication.Scheme)
            .RequireAuthenticatedUser()
            .RequireRole(roles));
    }
}
