using static Orion.Telemetry.Tests.EchoService;

namespace Orion.Telemetry.Tests;

/// <summary>
/// The tracestate cases of W3C Trace Context's own conformance list. Where the list is older than level 2 of the specification the latter
/// counts: an at sign is a character of a key like another, and of a repeated key the first member is kept.
/// </summary>
public sealed class TraceStateTests
{
    [Theory]
    [InlineData("foo=1", "foo=1")]
    [InlineData("foo=1,bar=2", "foo=1,bar=2")]
    [InlineData("foo=1 \t , \t bar=2, \t baz=3", "foo=1,bar=2,baz=3")]
    [InlineData("foo=1\t \t,\t \tbar=2,\t \tbaz=3", "foo=1,bar=2,baz=3")]
    [InlineData(" foo=1", "foo=1")]
    [InlineData("\tfoo=1", "foo=1")]
    [InlineData("foo=1 ", "foo=1")]
    [InlineData("foo=1\t", "foo=1")]
    [InlineData("\t foo=1 \t", "foo=1")]
    [InlineData("", null)]
    [InlineData("foo=1,", "foo=1")]
    [InlineData("foo=1,,,bar=2", "foo=1,bar=2")]
    [InlineData("foo=1,foo=1", "foo=1")]
    [InlineData("foo=1,foo=2", "foo=1")]
    [InlineData("foo =1", null)]
    [InlineData("FOO=1", null)]
    [InlineData("foo.bar=1", null)]
    [InlineData("foo@=1,bar=2", "foo@=1,bar=2")]
    [InlineData("@foo=1,bar=2", null)]
    [InlineData("foo@@bar=1,bar=2", "foo@@bar=1,bar=2")]
    [InlineData("foo@bar@baz=1,bar=2", "foo@bar@baz=1,bar=2")]
    [InlineData("foo=1=2", null)]
    [InlineData("foo=", null)]
    [InlineData("foo=,bar=3", null)]
    [InlineData("foo= 1", "foo= 1")]
    [InlineData("foo", null)]
    [InlineData("0a=1", "0a=1")]
    [InlineData("foo@bar=1,bar=2", "foo@bar=1,bar=2")]
    [InlineData("foo-_*/bar=1,bar4=2", "foo-_*/bar=1,bar4=2")]
    public async Task A_tracestate_is_carried_on_or_dropped(string tracestate, string? expected)
    {
        await using var app = await StartAsync();

        var seen = await CallAsync(app, ("traceparent", Valid), ("tracestate", tracestate));

        Assert.Equal(Trace, seen.TraceId);
        Assert.Equal(expected, seen.State);
    }

    [Theory]
    [InlineData("foo=1,bar=2", "foo=1", "bar=2")]
    [InlineData("foo=1,bar=2,rojo=1,congo=2,baz=3", "foo=1,bar=2", "rojo=1,congo=2", "baz=3")]
    [InlineData("foo=1", "foo=1", "")]
    [InlineData("foo=1", "", "foo=1")]
    [InlineData("foo=1", "foo=1", "foo=1")]
    [InlineData("foo=1", "foo=1", "foo=2")]
    public async Task A_tracestate_of_several_headers_is_one_list_in_their_order(string expected, params string[] headers)
    {
        await using var app = await StartAsync();

        var seen = await CallAsync(app, [("traceparent", Valid), .. headers.Select(h => ("tracestate", h))]);

        Assert.Equal(Trace, seen.TraceId);
        Assert.Equal(expected, seen.State);
    }

    [Theory]
    [InlineData("TraceState", true)]
    [InlineData("TrAcEsTaTe", true)]
    [InlineData("TRACESTATE", true)]
    [InlineData("trace-state", false)]
    [InlineData("trace.state", false)]
    public async Task The_name_is_one_word_in_any_case(string name, bool kept)
    {
        await using var app = await StartAsync();

        Assert.Equal(kept ? "foo=1" : null, (await CallAsync(app, ("traceparent", Valid), (name, "foo=1"))).State);
    }

    [Theory]
    [InlineData("")]
    [InlineData("@a-z0-9_-*/")]
    public async Task All_characters_that_are_allowed_are_carried_on(string vendor)
    {
        await using var app = await StartAsync();
        var value = string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Except([',', '=']));
        var state = $"abcdefghijklmnopqrstuvwxyz0123456789_-*/{vendor}={value}";

        Assert.Equal(state, (await CallAsync(app, ("traceparent", Valid), ("tracestate", state))).State);
    }

    [Fact]
    public async Task Members_are_counted_over_all_headers()
    {
        await using var app = await StartAsync();
        var members = Enumerable.Range(1, 33).Select(i => $"bar{i:00}={i:00}").ToList();
        (string, string)[] Headers(int count) =>
            [("traceparent", Valid), .. members.Take(count).Chunk(10).Select(c => ("tracestate", string.Join(',', c)))];

        Assert.Equal(string.Join(',', members.Take(32)), (await CallAsync(app, Headers(32))).State);
        Assert.Null((await CallAsync(app, Headers(33))).State);
    }

    [Fact]
    public async Task A_tracestate_without_a_traceparent_is_dropped()
    {
        await using var app = await StartAsync();

        Assert.Null((await CallAsync(app, ("tracestate", "foo=1"))).State);
        Assert.Null((await CallAsync(app, ("traceparent", "bad"), ("tracestate", "foo=1"))).State);
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public async Task A_tracestate_has_at_most_32_members(int members, bool kept)
    {
        await using var app = await StartAsync();
        var state = string.Join(',', Enumerable.Range(0, members).Select(i => $"k{i}=1"));

        var seen = await CallAsync(app, ("traceparent", Valid), ("tracestate", state));

        Assert.Equal(kept ? state : null, seen.State);
    }

    [Theory]
    [InlineData(256, "", true)]
    [InlineData(257, "", false)]
    [InlineData(241, "@vvvvvvvvvvvvvv", true)]
    [InlineData(242, "@v", true)]
    [InlineData(1, "@vvvvvvvvvvvvvvv", true)]
    [InlineData(242, "@vvvvvvvvvvvvvv", false)]
    public async Task A_key_has_at_most_256_characters_wherever_its_at_sign_is(int length, string vendor, bool kept)
    {
        await using var app = await StartAsync();
        var member = $"{new string('t', length)}{vendor}=1";

        var seen = await CallAsync(app, ("traceparent", Valid), ("tracestate", "foo=1"), ("tracestate", member));

        Assert.Equal(kept ? $"foo=1,{member}" : null, seen.State);
    }
}
