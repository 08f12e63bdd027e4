using System.Text.RegularExpressions;

namespace Orion.OpsPanel.Tests;

/// <summary>Sends forms as a browser does, or as a forger would.</summary>
internal static partial class FormClient
{
    /// <summary>Name of the form field with the antiforgery token: ASP.NET Core's own.</summary>
    public const string Field = "__RequestVerificationToken";

    /// <summary>A same-origin post with the token of the session's pages.</summary>
    public static async Task<HttpResponseMessage> ActAsync(
        this HttpClient client, string path, params (string Name, string Value)[] fields) =>
        await client.PostFormAsync(path, [(Field, await client.FormTokenAsync()), .. fields]);

    /// <summary>A same-origin post with whatever token is among the fields.</summary>
    public static Task<HttpResponseMessage> PostFormAsync(this HttpClient client, string path,
        params (string Name, string Value)[] fields) =>
        client.PostFormFromAsync(path, ("Sec-Fetch-Site", "same-origin"), fields);

    /// <summary>A post with one header of choice.</summary>
    public static async Task<HttpResponseMessage> PostFormFromAsync(
        this HttpClient client, string path, (string Name, string Value)? header, params (string Name, string Value)[] fields)
    {
        using var content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        if (header is { } given)
        {
            request.Headers.Add(given.Name, given.Value);
        }

        return await client.SendAsync(request);
    }

    /// <summary>The form token that the session's pages carry, or the login page for who has none.</summary>
    public static async Task<string> FormTokenAsync(this HttpClient client)
    {
        using var page = await client.GetAsync("/admin/ops/overview");
        return TokenField().Match(await page.Content.ReadAsStringAsync()).Groups["token"].Value;
    }

    [GeneratedRegex("""name="__RequestVerificationToken" value="(?<token>[\w-]{64,})""", RegexOptions.NonBacktracking)]
    private static partial Regex TokenField();
}
