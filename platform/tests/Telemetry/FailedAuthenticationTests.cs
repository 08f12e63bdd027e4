using System.Net;
using Microsoft.Extensions.Options;
using Orion.Telemetry.Requests;

namespace Orion.Telemetry.Tests;

/// <summary>Who may fail to authenticate, and how often.</summary>
public sealed class FailedAuthenticationTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void After_a_burst_of_failures_an_address_is_throttled_and_gets_one_more_each_interval()
    {
        var failures = Throttle(burst: 3);
        var client = IPAddress.Parse("192.0.2.1");
        Assert.Equal(3, Free(failures, client));
        Assert.Equal(TimeSpan.FromSeconds(1), failures.Failed("api", client));
        Assert.Equal(TimeSpan.FromSeconds(1), failures.Wait("api", client));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, Free(failures, client));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3, Free(failures, client));
    }

    [Fact]
    public void One_that_goes_on_failing_while_it_is_throttled_does_not_wait_longer_for_it()
    {
        var failures = Throttle(burst: 1);
        var client = IPAddress.Parse("192.0.2.1");
        Assert.Equal(1, Free(failures, client));
        for (var i = 0; i < 1_000; i++)
        {
            Assert.Equal(TimeSpan.FromSeconds(1), failures.Failed("api", client));
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, failures.Wait("api", client));
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("0.0.0.1", "::1", false)]
    public void An_IPv6_client_is_its_network_and_a_mapped_IPv4_address_is_itself(string first, string second, bool same)
    {
        var failures = Throttle(burst: 2);
        Free(failures, IPAddress.Parse(first));
        Assert.Equal(same, failures.Wait("api", IPAddress.Parse(second)) > TimeSpan.Zero);
    }

    [Fact]
    public void Each_door_has_a_budget_of_its_own()
    {
        var failures = Throttle(burst: 2);
        var client = IPAddress.Parse("192.0.2.1");
        Free(failures, client);
        Assert.Equal(TimeSpan.Zero, failures.Wait("panel", client));
        Assert.Equal(TimeSpan.Zero, failures.Failed("panel", client));
    }

    [Fact]
    public void A_flood_of_addresses_takes_no_more_than_its_share_of_memory_and_frees_nobody_who_is_throttled()
    {
        var failures = Throttle(burst: 2, maxAddresses: 100);
        var throttled = IPAddress.Parse("192.0.2.1");
        Free(failures, throttled);
        var refused = 0;
        for (var i = 0; i < 100_000; i++)
        {
            refused += failures.Failed("api", new IPAddress(0x0A000000L + i)) > TimeSpan.Zero ? 1 : 0;
        }

        Assert.InRange(failures.Count, 1, 101);
        Assert.Equal(100_000 - 99 - 2, refused);
        Assert.True(failures.Wait("api", throttled) > TimeSpan.Zero);

        // Those who have waited long enough make room for others.
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, Free(failures, IPAddress.Parse("203.0.113.9")));
        Assert.InRange(failures.Count, 1, 101);
    }

    private static int Free(FailedAuthentications failures, IPAddress client)
    {
        var free = 0;
        while (failures.Failed("api", client) == TimeSpan.Zero)
        {
            free++;
        }

        return free;
    }

    private FailedAuthentications Throttle(int burst, int maxAddresses = 1_000) =>
        new(Options.Create(new FailedAuthenticationOptions { Burst = burst, MaxAddresses = maxAddresses }), _time);
}
