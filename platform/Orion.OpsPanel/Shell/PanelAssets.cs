using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Orion.OpsPanel.Shell;

/// <summary>
/// The style sheets, the module and the icon, from this assembly. Their address carries their hash, so browsers keep them for good.
/// </summary>
internal static class PanelAssets
{
    private static readonly FrozenDictionary<string, Asset> s_assets = new Dictionary<string, Asset>
    {
        ["panel.css"] = Load("panel.css", "text/css; charset=utf-8"),
        ["views.css"] = Load("views.css", "text/css; charset=utf-8"),
        ["panel.js"] = Load("panel.js", "text/javascript; charset=utf-8"),
        ["favicon.svg"] = Load("favicon.svg", "image/svg+xml"),
    }.ToFrozenDictionary();

    public static string Url(string @base, string name) => $"{@base}/assets/{name}?v={s_assets[name].Hash}";

    public static void Map(IEndpointRouteBuilder group) => group.MapGet("/assets/{name}", Serve).AllowAnonymous();

    private static IResult Serve(string name, HttpContext http)
    {
        if (!s_assets.TryGetValue(name, out var asset))
        {
            return Results.NotFound();
        }

        http.Response.Headers.CacheControl = http.Request.Query["v"] == asset.Hash ? "public, max-age=31536000, immutable" : "no-cache";
        return Results.Bytes(asset.Content, asset.ContentType, entityTag: new EntityTagHeaderValue($"\"{asset.Hash}\""));
    }

    private static Asset Load(string name, string contentType)
    {
        using var stream = typeof(PanelAssets).Assembly.GetManifestResourceStream($"assets/{name}")
            ?? throw new InvalidOperationException($"The panel's asset {name} is not embedded.");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new Asset(content, contentType, Convert.ToHexStringLower(SHA256.HashData(content))[..16]);
    }

    private sealed record Asset(byte[] Content, string ContentType, string Hash);
}
