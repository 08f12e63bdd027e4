using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Orion.OpsPanel.Live;
using Orion.OpsPanel.Shell;
using Orion.Sink.Reading;
using Orion.Telemetry.Waterfalls;

namespace Orion.OpsPanel.Traces;

/// <summary>A trace as a file, OTLP/JSON or a picture: with its causes and consequences, or <c>alone</c>, as the page shows it.</summary>
internal sealed class TraceExport(TelemetryReader reader, PanelPages pages, ILogger<TraceExport> logger)
{
    public void Map(IEndpointRouteBuilder group)
    {
        group.MapGet("/traces/{traceId}/otlp.json", http =>
            SendAsync(http, "application/json", "json", traces => OtlpJsonExport.Write(traces.SelectMany(t => t.Lines.Concat(t.Spans)))));
        group.MapGet("/traces/{traceId}/waterfall.svg", http =>
            SendAsync(http, "image/svg+xml", "svg", traces => Encoding.UTF8.GetBytes(WaterfallSvg.Write(Waterfall.Fold(traces)))));
    }

    private async Task SendAsync(HttpContext http, string type, string extension, Func<IEnumerable<TraceData>, ReadOnlyMemory<byte>> write)
    {
        TraceView view;
        try
        {
            view = TraceView.Parse(http.Request);
        }
        catch (BadViewException bad)
        {
            await pages.WriteAsync<MessagePage>(http, StatusCodes.Status400BadRequest, "Not valid", ("Heading", "The address is not valid"),
                ("Message", bad.Message));
            return;
        }

        Story? story;
        try
        {
            story = await reader.StoryAsync(view.TraceId, http.RequestAborted);
        }
        catch (TelemetryReadException failure)
        {
            logger.LogWarning(failure, "A trace could not be exported: {TraceId}", view.TraceId);
            await pages.WriteAsync<MessagePage>(
                http, StatusCodes.Status503ServiceUnavailable, "Not readable", ("Heading", "The data could not be read"),
                ("Message", "The service's log says why. Reload the page to try again."));
            return;
        }

        if (story is not { Traces.Count: > 0 })
        {
            await pages.WriteAsync<MessagePage>(http, StatusCodes.Status404NotFound, "Not found", ("Heading", "No such trace"),
                ("Message", "Nothing of it is stored."));
            return;
        }

        var traces = view.Alone ? story.Traces.Where(t => t.TraceId == view.TraceId) : story.Traces;
        var body = write(traces);
        http.Response.ContentType = type;

        // Where files could not be read the page says so, and a file that is passed on says it by its name.
        var incomplete = story.Skipped.Count > 0 ? "-incomplete" : "";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"trace-{view.TraceId}{incomplete}.{extension}\"";
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }
}
