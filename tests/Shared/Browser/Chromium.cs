using Microsoft.Playwright;
using SpecialFolder = System.Environment.SpecialFolder;

namespace OrionPlatform.Tests;

/// <summary>
/// One real browser for all browser tests: the one <c>ORION_CHROMIUM</c> names, else the first Chromium, Chrome or Edge that is installed.
/// </summary>
public sealed class Chromium : IAsyncLifetime
{
    // Where installers put them: on Linux under one of these names on the PATH, on macOS and Windows below one of a few folders.
    private static readonly string[] s_linux =
    [
        "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "microsoft-edge-stable",
    ];

    private static readonly string[] s_mac =
    [
        "Chromium.app/Contents/MacOS/Chromium",
        "Google Chrome.app/Contents/MacOS/Google Chrome",
        "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ];

    private static readonly string[] s_windows =
    [
        "Chromium/Application/chrome.exe", "Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe",
    ];

    private static readonly string? s_executable =
        Environment.GetEnvironmentVariable("ORION_CHROMIUM") is { Length: > 0 } given ? given : Installed();

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Null where there is a browser; else how to get one. A wrong ORION_CHROMIUM is no missing browser: it fails.</summary>
    internal static string? Missing { get; } = s_executable is null
        ? "Needs Chromium, Chrome or Edge: install one (Debian: apt-get install chromium; macOS: brew install --cask chromium), "
            + "or set ORION_CHROMIUM to its path."
        : null;

    public async Task InitializeAsync()
    {
        if (Missing is not null)
        {
            return;
        }

        Assert.True(File.Exists(s_executable), $"ORION_CHROMIUM is {s_executable}, and no such file exists.");
        Assertions.SetDefaultExpectTimeout(20_000); // Two busy cores are slow, not wrong.
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = s_executable,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-component-update",
                "--disable-sync",
            ],
        });
    }

    internal async Task<IPage> NewPageAsync(int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light, bool script = true)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            JavaScriptEnabled = script,
        });
        context.SetDefaultTimeout(15_000);
        return await context.NewPageAsync();
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    private static string? Installed()
    {
        if (OperatingSystem.IsWindows())
        {
            var programs = Folder(SpecialFolder.ProgramFiles);
            return First(s_windows, programs, Folder(SpecialFolder.ProgramFilesX86), Folder(SpecialFolder.LocalApplicationData));
        }

        if (OperatingSystem.IsMacOS())
        {
            return First(s_mac, "/Applications", Path.Combine(Folder(SpecialFolder.UserProfile), "Applications"));
        }

        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        return First(s_linux, path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>By name first: a Chromium anywhere comes before a Chrome.</summary>
    private static string? First(string[] names, params string[] folders) =>
        names.SelectMany(_ => folders, (name, folder) => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static string Folder(SpecialFolder folder) => Environment.GetFolderPath(folder);
}
