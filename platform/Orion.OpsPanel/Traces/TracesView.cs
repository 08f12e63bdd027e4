using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orion.OpsPanel.Figures;
using Orion.OpsPanel.Live;
using Orion.Sink.Reading;

namespace Orion.OpsPanel.Traces;

/// <summary>Filters of the list of traces.</summary>
public sealed record TracesView : TabView
{
    internal const int PageSize = 50;

    internal string? Service { get; init; }

    internal string? Route { get; init; }

    internal string? Tenant { get; init; }

    internal bool ErrorsOnly { get; init; }

    internal int? MinMilliseconds { get; init; }

    internal KeyValuePair<string, string>? Attribute { get; init; }

    internal string? AttributeText => Attribute is var (name, value) ? $"{name}={value}" : null;

    internal string? After { get; init; }

    internal override string Location => QueryReader.Location(
        "traces",
        ("service", Service), ("route", Route), ("tenant", Tenant), ("errors", ErrorsOnly ? "1" : null),
        ("min", MinMilliseconds?.ToString(CultureInfo.InvariantCulture)), ("attr", AttributeText), ("after", After));

    internal bool Filters => Service is not null || Route is not null || Tenant is not null || ErrorsOnly || MinMilliseconds is not null
        || Attribute is not null;

    internal TraceQuery Query => new()
    {
        Service = Service,
        Route = Route,
        Tenant = Tenant,
        ErrorsOnly = ErrorsOnly,
        MinDuration = MinMilliseconds is { } ms ? TimeSpan.FromMilliseconds(ms) : null,
        Attributes = Attribute is { } attribute ? [attribute] : [],
        Limit = PageSize,
        After = After,
    };

    internal static TracesView Parse(HttpRequest request)
    {
        var query = new QueryReader(request.Query);
        return new TracesView
        {
            Service = query.Text("service"),
            Route = query.Text("route"),
            Tenant = query.Text("tenant"),
            ErrorsOnly = query.Flag("errors"),
            MinMilliseconds = query.Milliseconds("min"),
            Attribute = query.Attribute("attr"),
            After = query.Text("after"),
        };
    }

    /// <summary>A trace id as people paste it: 32 hex digits, or a whole traceparent.</summary>
    internal static ActivityTraceId? FindTraceId(string text)
    {
        var parts = text.Trim().ToLowerInvariant().Split('-');
        var id = parts.Length == 4 ? parts[1] : parts[0];
        return id.Length == 32 && id.All(char.IsAsciiHexDigitLower) ? ActivityTraceId.CreateFromString(id) : null;
    }
}
