using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Orion.OpsPanel.Live;
using Orion.OpsPanel.Shell;
using Orion.Sink.Reading;
using Orion.Telemetry.Waterfalls;

namespace Orion.OpsPanel.Traces;

/// <summary>One trace with its causes and consequences as a waterfall, a span's details, and the logs.</summary>
internal sealed class TraceTab(TelemetryReader reader, HtmlPainter painter) : ITab
{
    // Logs are read per trace; the stories that people look at have a handful.
    private const int TracesWithLogs = 8;

    public string Route => "traces/{traceId}";

    public string Section => "traces";

    public Watches Watches => Watches.Telemetry;

    public TabView Parse(HttpRequest request) => TraceView.Parse(request);

    public string Title(TabView view) => $"Trace {((TraceView)view).TraceId.ToHexString()[..8]}";

    public async Task<Painting> PaintAsync(TabView view, string @base, CancellationToken cancellationToken)
    {
        var asked = (TraceView)view;
        var story = await reader.StoryAsync(asked.TraceId, cancellationToken);
        if (story is not { Traces.Count: > 0 })
        {
            return new Painting(
                [await painter.FragmentAsync<TraceMissing>(
                    "trace", ("TraceId", asked.TraceId), ("Skipped", story?.Skipped ?? []), ("Base", @base))],
                StatusCodes.Status404NotFound);
        }

        var traces = asked.Alone ? story.Traces.Where(t => t.TraceId == asked.TraceId) : story.Traces;
        var logs = await Task.WhenAll(traces.Take(TracesWithLogs)
            .Select(t => reader.LogsAsync(new LogQuery { TraceId = t.TraceId, Limit = 200 }, cancellationToken)));
        return new Painting([await painter.FragmentAsync<TraceStory>(
            "trace",
            ("View", asked),
            ("Base", @base),
            ("Story", story),
            ("Waterfall", Waterfall.Fold(traces)),
            ("Logs", logs.SelectMany(l => l.Items).OrderBy(l => l.UnixNanos).ToList()),
            ("Skipped", story.Skipped.Concat(logs.SelectMany(l => l.Skipped)).DistinctBy(s => s.File).ToList()))]);
    }

    public Task<RenderFragment> FrameAsync(TabView view, Painting painting, string @base, CancellationToken cancellationToken) =>
        Task.FromResult<RenderFragment>(builder => builder.AddMarkupContent(0, painting["trace"]));
}
