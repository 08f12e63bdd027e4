using System.Diagnostics;
using OrionPlatform.Sink;

namespace OrionPlatform.ServiceDefaults.Tests;

public sealed class CleanValueTests
{
    [Fact]
    public void A_clean_span_costs_no_allocation()
    {
        var redactor = new Redactor(new Sanitizer(new SanitizeOptions(), []));
        var span = new SpanRow
        {
            TraceId = ActivityTraceId.CreateRandom(), SpanId = ActivitySpanId.CreateRandom(), Service = "api", Name = "api.allocations.create",
            Attributes =
            [
                new("http.request.method", "POST"), new("url.path", "/v1/projects/prj_7f3a9c/allocations"), new("http.response.status_code", 201L),
                new("allocation_id", "0198f3c2-7b1a-7c3e-9d4f-1a2b3c4d5e6f"), new("slots", 4L), new("cache.hit", true), new("plan", "pro"),
                new("gen_ai.usage.input_tokens", 12L), new("note", "key: value pairs of the token bucket"), new("args", (string[])["api", "serve"]),
            ],
        };
        redactor.Clean(span);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            redactor.Clean(span);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
