using Orion.Telemetry.Correlation;
using Orion.Telemetry.Tracing;
using static Orion.Telemetry.Tests.EchoService;

namespace Orion.Telemetry.Tests;

/// <summary>The traceparent cases of W3C Trace Context's own conformance list: what comes in, and what goes out on the next call.</summary>
public sealed class TraceContextTests
{
    [Theory]
    [InlineData($"00-{Trace}-{Parent}-00", true)]
    [InlineData($"00-{Trace}-{Parent}-01", true)]
    [InlineData($"00-{Trace}-{Parent}-03", true)]
    [InlineData($"00-{Trace}-{Parent}-ff", true)]
    [InlineData($"cc-{Trace}-{Parent}-01", true)]
    [InlineData($"cc-{Trace}-{Parent}-01-what-the-future-will-be-like", true)]
    [InlineData($"cc-{Trace}-{Parent}-01.what-the-future-will-not-be-like", false)]
    [InlineData($"ff-{Trace}-{Parent}-01", false)]
    [InlineData($"00-{Trace}-{Parent}-01-extra", false)]
    [InlineData($"00-{Trace}-{Parent}-01.extra", false)]
    [InlineData($"00-{Trace}-{Parent}-01.", false)]
    [InlineData($"00-{Trace}-{Parent}-01-what-the-future-will-be-like", false)]
    [InlineData($".0-{Trace}-{Parent}-01", false)]
    [InlineData($"0.-{Trace}-{Parent}-01", false)]
    [InlineData($"FF-{Trace}-{Parent}-01", false)]
    [InlineData($"000-{Trace}-{Parent}-01", false)]
    [InlineData($"0000-{Trace}-{Parent}-01", false)]
    [InlineData($"0-{Trace}-{Parent}-01", false)]
    [InlineData($"00-00000000000000000000000000000000-{Parent}-01", false)]
    [InlineData($"00-.2345678901234567890123456789012-{Parent}-01", false)]
    [InlineData($"00-1234567890123456789012345678901.-{Parent}-01", false)]
    [InlineData($"00-123456789012345678901234567890123-{Parent}-01", false)]
    [InlineData($"00-1234567890123456789012345678901-{Parent}-01", false)]
    [InlineData($"00-{Trace}-0000000000000000-01", false)]
    [InlineData($"00-{Trace}-.234567890123456-01", false)]
    [InlineData($"00-{Trace}-123456789012345.-01", false)]
    [InlineData($"00-{Trace}-12345678901234567-01", false)]
    [InlineData($"00-{Trace}-123456789012345-01", false)]
    [InlineData($"00-{Trace}-{Parent}-.0", false)]
    [InlineData($"00-{Trace}-{Parent}-0.", false)]
    [InlineData($"00-{Trace}-{Parent}-001", false)]
    [InlineData($"00-{Trace}-{Parent}-1", false)]
    [InlineData($"00-{Trace}-{Parent}-", false)]
    [InlineData("00-ABCDEF78901234567890123456789012-1234567890123456-01", false)]
    [InlineData("00-12345678901234567890123456789012-ABCDEF7890123456-01", false)]
    [InlineData($" {Valid}", true)]
    [InlineData($"\t{Valid}", true)]
    [InlineData($"{Valid} ", true)]
    [InlineData($"{Valid}\t", true)]
    [InlineData($"\t {Valid} \t", true)]
    [InlineData($"00_{Trace}_{Parent}_01", false)]
    [InlineData("", false)]
    [InlineData("nonsense", false)]
    public async Task A_traceparent_is_continued_or_restarted(string traceparent, bool continued)
    {
        await using var app = await StartAsync();

        var seen = await CallAsync(app, ("traceparent", traceparent));

        Assert.Equal(continued, seen.TraceId == Trace);
        Assert.Equal(continued ? Parent : "0000000000000000", seen.ParentId);
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]$", seen.Next);
        Assert.Contains(seen.TraceId, seen.Next, StringComparison.Ordinal);
        Assert.DoesNotContain(Parent, seen.Next[36..], StringComparison.Ordinal);
        Assert.NotEqual(new string('0', 32), seen.TraceId);
    }

    [Theory]
    [InlineData("00", "")]
    [InlineData("cc", "")]
    [InlineData("cc", "-later")]
    public async Task Two_traceparents_are_none(string version, string rest)
    {
        await using var app = await StartAsync();
        var other = Trace.Replace('9', '8');

        var seen = await CallAsync(
            app, ("traceparent", $"{version}-{other}-{Parent}-01{rest}"), ("traceparent", $"{version}-{Trace}-{Parent}-01{rest}"));

        Assert.DoesNotContain(seen.TraceId, new[] { Trace, other });
        Assert.Equal("0000000000000000", seen.ParentId);
    }

    [Theory]
    [InlineData("TraceParent", true)]
    [InlineData("TrAcEpArEnT", true)]
    [InlineData("TRACEPARENT", true)]
    [InlineData("trace-parent", false)]
    [InlineData("trace.parent", false)]
    public async Task The_name_is_one_word_in_any_case(string name, bool continued)
    {
        await using var app = await StartAsync();

        Assert.Equal(continued, (await CallAsync(app, (name, Valid))).TraceId == Trace);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(Valid, true)]
    [InlineData($"00-00000000000000000000000000000000-{Parent}-01", false)]
    public async Task Each_call_is_a_child_of_its_own_in_one_trace(string? traceparent, bool continued)
    {
        await using var app = await StartAsync();

        var seen = await CallAsync(app, 3, traceparent is null ? [] : [("traceparent", traceparent)]);

        var parents = seen.Calls.Select(c => c.First(h => h.Key.Equals("traceparent", StringComparison.OrdinalIgnoreCase)).Value.Split('-'))
            .ToList();
        Assert.Equal(continued, seen.TraceId == Trace);
        Assert.All(parents, p => Assert.Equal(seen.TraceId, p[1]));
        Assert.Equal(3, parents.Select(p => p[2]).Except([Parent, "0000000000000000"]).Distinct().Count());
    }

    [Fact]
    public void An_id_made_here_is_the_time_in_its_first_half_and_random_in_the_other()
    {
        var time = new DateTime(2026, 11, 21, 10, 30, 15, DateTimeKind.Utc).AddTicks(5_000_000);
        var seconds = (uint)((time - DateTime.UnixEpoch).TotalSeconds - 0.5);
        var ids = Enumerable.Range(0, 100).Select(i => TraceIds.Make(time.AddTicks(i), Random.Shared).ToHexString()).ToList();

        Assert.StartsWith($"{seconds:x8}80000000", ids[0], StringComparison.Ordinal);
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal(100, ids.Select(i => i[..16]).Distinct().Count());
        Assert.Equal(100, ids.Select(i => i[16..]).Distinct().Count());
    }

    [Fact]
    public async Task The_random_flag_is_carried_on_and_unknown_flags_are_not()
    {
        await using var app = await StartAsync();

        Assert.EndsWith("-03", (await CallAsync(app, ("traceparent", $"00-{Trace}-{Parent}-03"))).Next, StringComparison.Ordinal);
        Assert.EndsWith("-03", (await CallAsync(app, ("traceparent", $"00-{Trace}-{Parent}-fe"))).Next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Correlation_is_taken_over_when_it_is_harmless_and_made_otherwise()
    {
        await using var app = await StartAsync();

        Assert.Equal("order-7.a_B", (await CallAsync(app, (CorrelationId.Header, "order-7.a_B"))).Outgoing[CorrelationId.Header]);
        foreach (var bad in new[] { "ann@example.com", "a b", new string('x', 129), "<script>" })
        {
            var made = (await CallAsync(app, (CorrelationId.Header, bad))).Outgoing[CorrelationId.Header];
            Assert.Matches("^[0-9a-f]{32}$", made);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, "/echo");
        request.Headers.Add(CorrelationId.Header, "order-8");
        using var response = await app.Client.SendAsync(request);
        Assert.Equal("order-8", response.Headers.GetValues(CorrelationId.Header).Single());
        await Eventually.TrueAsync(() => app.Traces.Any(t => t.Line.CorrelationId == "order-8"), "the line with its correlation id");
    }
}
