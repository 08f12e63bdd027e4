using Microsoft.AspNetCore.Http;

namespace OrionPlatform.OpsPanel;

/// <summary>The Overview's only parameter.</summary>
/// <param name="Window">How far it looks back.</param>
public sealed record OverviewView(TimeSpan Window) : TabView
{
    internal static readonly IReadOnlyList<(string Key, TimeSpan Window)> Windows =
    [
        ("15m", TimeSpan.FromMinutes(15)), ("1h", TimeSpan.FromHours(1)), ("6h", TimeSpan.FromHours(6)), ("24h", TimeSpan.FromHours(24)),
    ];

    internal override string Location => LocationOf(Windows.First(w => w.Window == Window).Key);

    internal static string LocationOf(string key) => key == "15m" ? "overview" : $"overview?window={key}";

    internal static OverviewView Parse(HttpRequest request)
    {
        string? asked = request.Query["window"];
        if (string.IsNullOrEmpty(asked))
        {
            return new OverviewView(Windows[0].Window);
        }

        foreach (var (key, window) in Windows)
        {
            if (key == asked)
            {
                return new OverviewView(window);
            }
        }

        throw new BadViewException("window", $"must be one of {string.Join(", ", Windows.Select(w => w.Key))}.");
    }
}
