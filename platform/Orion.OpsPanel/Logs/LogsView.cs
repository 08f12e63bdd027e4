using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Orion.OpsPanel.Figures;
using Orion.OpsPanel.Live;
using Orion.Sink.Reading;

namespace Orion.OpsPanel.Logs;

/// <summary>Filters of the log tail.</summary>
public sealed record LogsView : TabView
{
    internal const int PageSize = 100;

    /// <summary>Levels as the address names them.</summary>
    internal static readonly IReadOnlyDictionary<string, LogLevel> Levels = new Dictionary<string, LogLevel>
    {
        ["trace"] = LogLevel.Trace,
        ["debug"] = LogLevel.Debug,
        ["info"] = LogLevel.Information,
        ["warning"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
        ["critical"] = LogLevel.Critical,
    };

    internal LogLevel MinLevel { get; init; } = LogLevel.Information;

    internal string? Service { get; init; }

    internal string? Text { get; init; }

    internal KeyValuePair<string, string>? Attribute { get; init; }

    internal string? AttributeText => Attribute is var (name, value) ? $"{name}={value}" : null;

    internal string? After { get; init; }

    internal override string Location => QueryReader.Location(
        "logs", ("level", MinLevel == LogLevel.Information ? null : Name(MinLevel)), ("service", Service), ("q", Text),
        ("attr", AttributeText), ("after", After));

    internal bool Filters => Service is not null || Text is not null || Attribute is not null || MinLevel != LogLevel.Information;

    internal LogQuery Query => new()
    {
        MinLevel = MinLevel,
        Service = Service,
        Text = Text,
        Attributes = Attribute is { } attribute ? [attribute] : [],
        Limit = PageSize,
        After = After,
    };

    internal static LogsView Parse(HttpRequest request)
    {
        var query = new QueryReader(request.Query);
        return new LogsView
        {
            MinLevel = query.Choice("level", LogLevel.Information, Levels),
            Service = query.Text("service"),
            Text = query.Text("q"),
            Attribute = query.Attribute("attr"),
            After = query.Text("after"),
        };
    }

    internal static string Name(LogLevel level) => Levels.FirstOrDefault(l => l.Value == level).Key ?? "trace";
}
