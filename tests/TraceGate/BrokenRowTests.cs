using System.Diagnostics;
using Orion.Sink.Rows;
using Orion.Telemetry.Tracing;

namespace OrionPlatform.TraceGate.Tests;

/// <summary>The gate must be able to fail: evidence that lacks one thing gives the finding of that thing, and no other.</summary>
public sealed class BrokenRowTests
{
    private const string Secret = "q7SecretThatWasSent";
    private static readonly ActivityTraceId s_request = ActivityTraceId.CreateRandom();
    private static readonly ActivityTraceId s_job = ActivityTraceId.CreateRandom();

    [Fact]
    public void A_whole_service_has_no_finding() => Assert.Empty(TraceGateRules.Judge(Whole()));

    [Fact]
    public void A_service_that_stored_nothing_has_no_telemetry() =>
        Finds("telemetry", "stored no canonical line",
            Whole() with { Services = ["shop", "mute"], Exporting = new HashSet<string> { "shop", "mute" } });

    [Fact]
    public void A_service_that_nobody_asked_for_anything_need_only_live_and_one_that_was_asked_need_more()
    {
        var evidence = Whole() with { Services = ["shop", "idle"], Exporting = new HashSet<string> { "shop", "idle" } };
        var beating = new HashSet<string> { "shop", "idle" };

        Assert.Empty(TraceGateRules.Judge(evidence with { Beating = beating }));
        var asked = evidence with
        {
            Beating = beating,
            Messages = [.. evidence.Messages, new ExpectedMessage("idle", "order.ship", "order/2")],
        };
        Assert.Contains(TraceGateRules.Judge(asked), f => f is { Rule: "telemetry", Service: "idle" });
    }

    [Fact]
    public void A_service_that_exports_nothing_is_not_wired() =>
        Finds("otlp", "OTEL_EXPORTER_OTLP_ENDPOINT", Whole() with { Exporting = new HashSet<string>() });

    [Theory]
    [InlineData("name")]
    [InlineData("route")]
    [InlineData("status")]
    public void A_request_without_a_fact_of_its_tracing_is_found(string fact)
    {
        var evidence = Whole();
        var line = Request(evidence);
        _ = fact switch
        {
            "name" => line.Name = "",
            "route" => line.Route = null,
            _ => (object?)(line.StatusCode = null),
        };

        Finds("tracing", "has no " + fact, evidence);
    }

    [Fact]
    public void A_request_without_a_line_is_found() =>
        Finds("tracing", "left 0 canonical lines",
            Whole() with { Sent = [new SentRequest("shop", "public", "GET /gone", "c-2", "c-2", 200, null)] });

    [Fact]
    public void A_request_without_a_correlation_id_is_found()
    {
        var evidence = Whole() with { Sent = [] };
        Request(evidence).CorrelationId = null;

        Finds("correlation", "has no correlation id", evidence);
    }

    [Fact]
    public void A_correlation_id_that_is_not_echoed_is_found()
    {
        var evidence = Whole();

        Finds("correlation", "X-Correlation-ID missing", evidence with { Sent = [evidence.Sent[0] with { EchoedId = null }] });
    }

    [Fact]
    public void A_message_without_a_processing_span_is_found() =>
        Finds("consumer", "has no processing span", Whole() with { Messages = [new ExpectedMessage("shop", "order.ship", "order/2")] });

    [Fact]
    public void A_message_with_two_processing_spans_is_found()
    {
        var evidence = Whole();

        Finds("consumer", "has 2 processing spans", evidence with { Lines = [.. evidence.Lines, Job(evidence)] });
    }

    [Theory]
    [InlineData("viewer-2", false)]
    [InlineData("viewer-1", true)]
    public void Each_of_several_subscriptions_has_a_processing_span_of_its_own(string other, bool found)
    {
        var (first, second) = (Whole(), Whole());
        Job(first).Attributes = [.. Job(first).Attributes, new("messaging.destination.subscription.name", "viewer-1")];
        Job(second).Attributes = [.. Job(second).Attributes, new("messaging.destination.subscription.name", other)];

        Assert.Equal(found ? ["consumer"] : [],
            TraceGateRules.Judge(first with { Lines = [.. first.Lines, Job(second)] }).Select(f => f.Rule));
    }

    [Theory]
    [InlineData("correlation_id")]
    [InlineData("event.type")]
    [InlineData("event.id")]
    [InlineData("subject")]
    public void A_processing_span_without_an_attribute_is_found(string attribute)
    {
        var evidence = Whole() with { Messages = [] };
        Job(evidence).Attributes = [.. Job(evidence).Attributes.Where(a => a.Key != attribute)];

        Finds("consumer", "has no " + attribute, evidence);
    }

    [Fact]
    public void A_processing_span_without_a_link_to_its_cause_is_found()
    {
        var evidence = Whole();
        Job(evidence).Links = [];

        Finds("consumer", "has no link", evidence);
    }

    [Fact]
    public void A_processing_span_that_is_a_child_of_its_cause_is_found()
    {
        var evidence = Whole();
        Job(evidence).ParentSpanId = ActivitySpanId.CreateRandom();

        Finds("consumer", "is a child of its cause", evidence);
    }

    [Fact]
    public void A_link_into_nothing_is_found()
    {
        var evidence = Whole();
        Job(evidence).Links = [new SpanLink(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom())];

        Finds("consumer", "not stored", evidence);
    }

    [Theory]
    [InlineData("shop.tenants.resolve", "tenant resolution")]
    [InlineData("shop.orders.place", "the domain call")]
    [InlineData("store.write", "the store's write")]
    public void A_mutation_without_a_child_span_is_found(string span, string missing)
    {
        var evidence = Whole();

        Finds("mutation", missing, evidence with { Spans = [.. evidence.Spans.Where(s => s.Name != span)] });
    }

    [Theory]
    [InlineData("node", true, true)]
    [InlineData("node", false, false)]
    [InlineData("webhook", true, true)]
    [InlineData("otlp", true, false)]
    public void Every_surface_that_changes_the_domain_is_held_to_it(string surface, bool changed, bool found)
    {
        var evidence = Whole() with { Sent = [], Spans = [] };
        (Request(evidence).Surface, Request(evidence).Attributes) = (surface, [new("changed", changed)]);

        Assert.Equal(found ? ["mutation"] : [], TraceGateRules.Judge(evidence).Select(f => f.Rule));
    }

    [Fact]
    public void A_server_error_without_an_error_status_is_found()
    {
        var evidence = Whole() with { Sent = [], Spans = [] };
        (Request(evidence).StatusCode, Request(evidence).Outcome, Request(evidence).ErrorCode) = (500, "error", "internal");

        Finds("error", "status is Unset", evidence);
    }

    [Fact]
    public void A_failed_job_without_an_error_code_is_found()
    {
        var evidence = Whole();
        (Job(evidence).Outcome, Job(evidence).Status) = ("error", SpanStatus.Error);

        Finds("error", "without an error_code", evidence);
    }

    [Fact]
    public void A_failure_that_a_consumer_swallows_is_found()
    {
        var evidence = Whole();

        Finds("error", "no processing span says so", evidence with { Messages = [evidence.Messages[0] with { Fails = true }] });
    }

    [Fact]
    public void A_refusal_without_an_error_code_is_found()
    {
        var evidence = Whole();

        Finds("error", "answered 404 without an error_code", evidence with { Sent = [evidence.Sent[0] with { Status = 404 }] });
    }

    [Theory]
    [InlineData("a line's route")]
    [InlineData("a span's attribute")]
    [InlineData("a log's message")]
    public void A_secret_that_is_readable_is_found(string where)
    {
        var evidence = Whole();
        switch (where)
        {
            case "a line's route":
                Request(evidence).Route = "/orders/" + Secret;
                break;
            case "a span's attribute":
                evidence.Spans[1].Attributes = [new("note", (string[])["x", "y " + Secret])];
                break;
            default:
                evidence = evidence with { Logs = [new LogRow { Service = "shop", Category = "Shop", Message = $"It was {Secret}." }] };
                break;
        }

        Finds("sanitize", "readable", evidence);
    }

    private static void Finds(string rule, string what, Evidence evidence)
    {
        var finding = Assert.Single(TraceGateRules.Judge(evidence));

        Assert.Equal(rule, finding.Rule);
        Assert.Contains(what, finding.What, StringComparison.Ordinal);
    }

    private static CanonicalLine Request(Evidence evidence) => evidence.Lines.Single(l => l.LineKind == CanonicalLine.Request);

    private static CanonicalLine Job(Evidence evidence) => evidence.Lines.First(l => l.LineKind == CanonicalLine.Job);

    /// <summary>A mutation with its child spans, and the job it caused.</summary>
    private static Evidence Whole() => new()
    {
        Services = ["shop"],
        Exporting = new HashSet<string> { "shop" },
        Secrets = [Secret],
        Logs = [],
        Sent = [new SentRequest("shop", "public", "POST /v1/orders", "c-1", "c-1", 201, null)],
        Messages = [new ExpectedMessage("shop", "order.ship", "order/1")],
        Spans = [Span("shop.tenants.resolve"), Span("shop.orders.place"), Span("store.write")],
        Lines =
        [
            new CanonicalLine
            {
                TraceId = s_request, SpanId = ActivitySpanId.CreateRandom(), Service = "shop", Name = "POST /v1/orders",
                LineKind = CanonicalLine.Request,
                Surface = "public", Method = "POST", Route = "/v1/orders", StatusCode = 201, CorrelationId = "c-1",
            },
            new CanonicalLine
            {
                TraceId = s_job, SpanId = ActivitySpanId.CreateRandom(), Service = "shop", Name = "shop.order.ship",
                LineKind = CanonicalLine.Job, Surface = "job", Route = "order.ship",
                CorrelationId = "c-1", Links = [new SpanLink(s_request, ActivitySpanId.CreateRandom())],
                Attributes =
                [
                    new("correlation_id", "c-1"), new("event.type", "order.ship"), new("event.id", "jb_1"), new("subject", "order/1"),
                    new("attempt", 1L),
                ],
            },
        ],
    };

    private static SpanRow Span(string name) =>
        new() { TraceId = s_request, SpanId = ActivitySpanId.CreateRandom(), Service = "shop", Name = name };
}
