using System.Collections;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace OrionPlatform.SmallPlatform;

/// <summary>A service that answers with its own environment, and crashes when asked.</summary>
internal static class Service
{
    public static async Task RunAsync(string[] args)
    {
        var app = WebApplication.CreateBuilder(args).Build();
        app.MapGet("/health", () => Environment.GetEnvironmentVariable("SICK") is null ? Results.Ok() : Results.StatusCode(503));
        app.MapGet("/env", () => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string?)e.Value));
        app.MapGet("/pid", () => Environment.ProcessId);
        app.MapGet("/crash", () => Environment.Exit(3));
        app.MapGet("/child", () => Process.Start("sleep", "600").Id);
        await app.RunAsync();
    }
}
