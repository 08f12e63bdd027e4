using static Orion.Telemetry.Tests.EchoService;

namespace Orion.Telemetry.Tests;

/// <summary>W3C Baggage through a running service.</summary>
public sealed class BaggageTests
{
    [Theory]
    [InlineData("a=1,b=2,c=3", "a=1,b=2,c=3")]
    [InlineData(" a = 1 ,\tb=2 ", "a=1,b=2")]
    [InlineData("a=,b=2", "a=,b=2")]
    [InlineData("a,b=2", "b=2")]
    [InlineData("=1,b=2,,", "b=2")]
    [InlineData("a b=1,b=2", "b=2")]
    [InlineData("a=x=y", "a=x=y")]
    [InlineData("a=1,a=2", "a=1,a=2")]
    [InlineData("a=100%25,b=%", "a=100%25,b=%25")]
    [InlineData("a=%C3%A9%2C%f0%9f%98%80", "a=%C3%A9%2C%F0%9F%98%80")]
    [InlineData("a=%FF", "a=%EF%BF%BD")]
    [InlineData("a=(:/?)[]@{|}", "a=(:/?)[]@{|}")]
    [InlineData("a=1 ; ttl=5;secret,b=%3B;x = y", "a=1; ttl=5;secret,b=%3B;x = y")]
    [InlineData("a=;p,a=2;q;r=%20", "a=;p,a=2;q;r=%20")]
    [InlineData("a=1;p=1 2;q,b=2;r s", "a=1;q,b=2")]
    [InlineData(";a=1,b=2", "b=2")]
    [InlineData("a", null)]
    [InlineData("", null)]
    public async Task Baggage_is_carried_on_without_its_malformed_members(string baggage, string? expected)
    {
        await using var app = await StartAsync();

        Assert.Equal(expected, (await CallAsync(app, ("baggage", baggage))).Outgoing.GetValueOrDefault("baggage"));
    }

    [Fact]
    public async Task Baggage_of_several_headers_is_one_list_and_readable_in_the_service()
    {
        await using var app = await StartAsync();

        var seen = await CallAsync(app, ("baggage", "tenant=ac%20me"), ("Baggage", "plan=pro"));

        Assert.Equal(["tenant=ac me", "plan=pro"], seen.Baggage);
        Assert.Equal("tenant=ac%20me,plan=pro", seen.Outgoing["baggage"]);
    }

    [Fact]
    public async Task A_members_properties_are_no_part_of_its_value()
    {
        await using var app = await StartAsync();

        var seen = await CallAsync(app, ("baggage", "tenant=ac%20me;ttl=5;secret,plan=pro"));

        Assert.Equal(["tenant=ac me", ";tenant=;ttl=5;secret", "plan=pro"], seen.Baggage);
        Assert.Equal("tenant=ac%20me;ttl=5;secret,plan=pro", seen.Outgoing["baggage"]);
    }

    [Fact]
    public async Task What_is_within_the_limits_is_carried_on_whole()
    {
        await using var app = await StartAsync();
        var full = string.Join(',', Enumerable.Range(0, 64).Select(i => $"k{i:00}={new string(':', 123)}"));
        Assert.InRange(full.Length, 8100, 8192);

        Assert.Equal(full, (await CallAsync(app, ("baggage", full))).Outgoing["baggage"]);
        Assert.Equal(full, (await CallAsync(app, ("baggage", $"{full},k64=1"))).Outgoing["baggage"]);
        Assert.Equal("b=2", (await CallAsync(app, ("baggage", $"a={new string('x', 8200)},b=2"))).Outgoing["baggage"]);
        var properties = string.Join(',', Enumerable.Range(0, 64).Select(i => $"k{i:00}=1;{new string('p', 121)}"));
        Assert.Equal(properties, (await CallAsync(app, ("baggage", properties))).Outgoing["baggage"]);
    }

    [Fact]
    public async Task Baggage_is_carried_on_but_never_kept()
    {
        await using var app = await StartAsync();

        var seen = await CallAsync(app, ("traceparent", Valid), ("baggage", "tenant=acme,canary=baggage-canary"));

        Assert.Equal("tenant=acme,canary=baggage-canary", seen.Outgoing["baggage"]);
        await app.TraceAsync("/echo");
        Assert.DoesNotContain("baggage-canary", System.Text.Json.JsonSerializer.Serialize(new { app.Traces, app.Logs }),
            StringComparison.Ordinal);
    }
}
