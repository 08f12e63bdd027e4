using NBomber.Contracts;
using NBomber.CSharp;

namespace Orion.LoadTesting.Tests;

/// <summary>Calls in each way NBomber 6 allows; the two families order their optional arguments differently.</summary>
public sealed class ResponseTests
{
    [Fact]
    public void Ok_takes_status_then_size_then_message()
    {
        var response = Response.Ok<object>("200", 12L, "fine", 3.5);

        Assert.Equal(("200", 12L, "fine", 3.5, false),
            (response.StatusCode, response.SizeBytes, response.Message, response.CustomLatencyMs, response.IsError));
    }

    [Fact]
    public void Fail_takes_status_then_message_then_size()
    {
        var response = Response.Fail("500", "broken", 12L, 3.5);

        Assert.Equal(("500", 12L, "broken", 3.5, true),
            (response.StatusCode, response.SizeBytes, response.Message, response.CustomLatencyMs, response.IsError));
    }

    [Fact]
    public void A_value_goes_along_with_either()
    {
        Assert.Equal(7, Response.Ok(7, "200", 1L).Payload.Value);
        Assert.Equal(7, Response.Fail(7, "409", "conflict").Payload.Value);
        Assert.Null(Response.Ok<int>("200").Payload);
    }

    [Fact]
    public void Ok_without_a_type_ignores_a_custom_latency_as_NBomber_does() =>
        Assert.Equal(0, Response.Ok(customLatencyMs: 5).CustomLatencyMs);

    [Fact]
    public void The_shortest_forms_say_nothing_more()
    {
        IResponse[] responses = [Response.Ok(), Response.Fail()];

        Assert.Equal([false, true], responses.Select(r => r.IsError));
        Assert.All(responses, r => Assert.Equal(("", 0L, ""), (r.StatusCode, r.SizeBytes, r.Message)));
    }
}
