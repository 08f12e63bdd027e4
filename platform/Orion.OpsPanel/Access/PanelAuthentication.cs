using System.Xml.Linq;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orion.OpsPanel.Audit;
using Orion.OpsPanel.Shell;
using Orion.Store;
using Orion.Store.OpsAccess;

namespace Orion.OpsPanel.Access;

/// <summary>
/// Who is who on the panel, by ASP.NET Core's own means: a cookie whose session is kept on the server (<see cref="Sessions"/>), antiforgery
/// tokens, and keys for both in the store's database.
/// </summary>
internal static class PanelAuthentication
{
    public const string Scheme = "ops-session";

    // Part of every key's purpose. Fixed: by default it is the content root, and a deployment to another folder would sign everybody out.
    private const string ApplicationName = "orion";

    public static void AddPanelAuthentication(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddHttpContextAccessor();
        services.AddSingleton<Sessions>();
        services.AddAuthentication().AddCookie(Scheme);
        services.AddOptions<CookieAuthenticationOptions>(Scheme).Configure<IHttpContextAccessor, Sessions, PanelPages, AuditLog>(Configure);
        services.AddAntiforgery();

        // Of the whole host, so that forms of its other pages may use it too.
        services.AddOptions<AntiforgeryOptions>().Configure<IHttpContextAccessor>(
            (options, current) => options.Cookie = new PanelCookie(current, "orion-antiforgery", "/"));
        services.AddDataProtection().SetApplicationName(ApplicationName);
        services.AddOptions<KeyManagementOptions>().Configure<DomainStore>(
            (options, store) => options.XmlRepository = new StoredKeys(new DataProtectionKeys(store)));

        // It warns at the first start that keys are stored unencrypted. They are, as is the rest of the database that they are in.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);

        // An error to it is any cookie that it cannot read, which anybody can send; what is refused is in the audit log.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Critical);
    }

    private static void Configure(
        CookieAuthenticationOptions options, IHttpContextAccessor current, Sessions sessions, PanelPages pages, AuditLog audit)
    {
        options.Cookie = new PanelCookie(current, "orion-ops", PanelPath.Root);
        options.SessionStore = sessions;
        options.SlidingExpiration = false; // The store ends sessions; to it a cookie is of no age.
        options.Events.OnRedirectToLogin = refused =>
        {
            refused.Response.Headers.WWWAuthenticate = "OpsLogin";
            return pages.WriteAsync<LoginPage>(refused.HttpContext, StatusCodes.Status401Unauthorized, "Sign in");
        };
        options.Events.OnRedirectToAccessDenied = async refused =>
        {
            var session = Sessions.Current(refused.HttpContext);
            await audit.ForbiddenAsync(session.Stored, refused.Request.Method, refused.Request.Path);
            await pages.WriteAsync<ForbiddenPage>(
                refused.HttpContext, StatusCodes.Status403Forbidden, "Not allowed", ("Role", session.Stored.Role));
        };
    }

    /// <summary>The key ring asks for its keys seldom, and cannot wait: a read or write of the store takes milliseconds.</summary>
    private sealed class StoredKeys(DataProtectionKeys keys) : IXmlRepository
    {
        public IReadOnlyCollection<XElement> GetAllElements() =>
            [.. Task.Run(() => keys.ListAsync()).GetAwaiter().GetResult().Select(xml => XElement.Parse(xml))];

        public void StoreElement(XElement element, string friendlyName)
        {
            ArgumentNullException.ThrowIfNull(element);
            Task.Run(() => keys.AddAsync(friendlyName, element.ToString(SaveOptions.DisableFormatting))).GetAwaiter().GetResult();
        }
    }
}
