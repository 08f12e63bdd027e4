using System.Globalization;
using Orion.OpsPanel.Figures;
using Orion.OpsPanel.Traces;
using Orion.Sink.Metrics;

namespace Orion.OpsPanel.Metrics;

/// <summary>A series over its minutes, as people read it: what is not known is a dash, never 0.</summary>
internal sealed class SeriesFigures(MetricSeries series)
{
    private const string Unknown = "–";

    /// <summary>Values measured in a histogram, or points.</summary>
    public string Count => Figure.Count(series.Minutes.Sum(m => m.Count));

    /// <summary>What was added, or a histogram's sum; of a level, which cannot be added up, nothing.</summary>
    public string Sum => series.Kind == MetricKind.Gauge ? "" : Number(Of(m => m.Sum, (one, other) => one + other));

    /// <summary>The latest level.</summary>
    public string Last => series.Kind == MetricKind.Gauge ? Number(series.Minutes[^1].Last) : "";

    public string Min => series.Kind == MetricKind.Counter ? "" : Number(Of(m => m.Min, Math.Min));

    public string Max => series.Kind == MetricKind.Counter ? "" : Number(Of(m => m.Max, Math.Max));

    public string Percentile(double quantile) => series.Kind == MetricKind.Counter ? "" : Number(series.Quantile(quantile));

    /// <summary>Where it comes from: what of resource and scope tells it apart.</summary>
    public IEnumerable<(string Name, string Value)> Source()
    {
        foreach (var (key, value) in series.Resource.Attributes)
        {
            if (key != "service.name")
            {
                yield return (key, SpanFacts.Text(value));
            }
        }

        if (series.Scope is { Name.Length: > 0 } scope)
        {
            yield return ("scope", scope.Version is { } version ? $"{scope.Name} {version}" : scope.Name);
            foreach (var (key, value) in scope.Attributes)
            {
                yield return ($"scope {key}", SpanFacts.Text(value));
            }
        }
    }

    // A minute without measurements has nothing to say; what is unknown of one is unknown of all.
    private double? Of(Func<MetricMinute, double?> figure, Func<double, double, double> join)
    {
        var (known, all) = (false, 0.0);
        foreach (var minute in series.Minutes.Where(m => m.Count > 0))
        {
            if (figure(minute) is not { } value)
            {
                return null;
            }

            (known, all) = (true, known ? join(all, value) : value);
        }

        return known ? all : null;
    }

    private static string Number(double? value) => value is { } number
        ? number.ToString(Math.Abs(number) is >= 1e15 or (> 0 and < 1e-4) ? "G6" : "#,##0.####", CultureInfo.InvariantCulture)
        : Unknown;
}
