using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orion.Telemetry.Metrics;

namespace Orion.Telemetry.Requests;

/// <summary>
/// Throttles failed authentications by the client's address: a token bucket for each door (a scheme, the panel's login) and address. It is
/// asked about failures only, so right credentials are taken all the time, also from an address that is throttled: behind a NAT many share
/// one. Secrets hold enough random bits that nobody guesses them at any rate; the throttle keeps those who try from costing anything.
/// </summary>
/// <remarks>An IPv6 client is its /64: whoever has one address there has all of them.</remarks>
public sealed class FailedAuthentications
{
    private static readonly Counter<long> s_failures = Measures.Meter.CreateCounter<long>(
        "orion.auth.failures", "{attempt}", "Requests whose credentials were missing or wrong, by door, and whether they were throttled");

    private readonly FailedAuthenticationOptions _options;
    private readonly TimeProvider _time;
    private readonly TimeSpan _tolerance;
    private readonly Lock _lock = new();

    // Bounded by MaxAddresses, and one entry a door that those beyond share. A value is the time at which the bucket will be full again; an
    // entry whose time has come says nothing and is removed when there is need for room.
    private readonly Dictionary<(string Door, ulong Network, bool IsV6), long> _fullAt = [];
    private long _nextSweep;

    /// <summary>Nobody has failed yet.</summary>
    public FailedAuthentications(IOptions<FailedAuthenticationOptions> options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _time) = (options.Value, time);
        _tolerance = _options.Interval * (_options.Burst - 1);
    }

    /// <summary>Entries that are kept; for tests.</summary>
    internal int Count => _fullAt.Count;

    /// <summary>How long a client has to wait until its next failure would not be throttled; zero when it need not.</summary>
    public TimeSpan Wait(string door, IPAddress? client)
    {
        lock (_lock)
        {
            return _fullAt.TryGetValue(Key(door, client), out var full) ? Positive(Left(full) - _tolerance) : TimeSpan.Zero;
        }
    }

    /// <summary>
    /// Counts a failure. Zero: answer that the credentials are wrong. Else the failure is throttled: answer 429, and that time as
    /// Retry-After.
    /// </summary>
    public TimeSpan Failed(string door, IPAddress? client)
    {
        TimeSpan wait;
        lock (_lock)
        {
            ref var full = ref EntryOf(Key(door, client));
            var left = Positive(Left(full));
            wait = Positive(left - _tolerance);
            if (wait == TimeSpan.Zero)
            {
                full = _time.GetTimestamp() + Ticks(left + _options.Interval);
            }
        }

        s_failures.Add(1, new("door", door), new("throttled", wait > TimeSpan.Zero));
        return wait;
    }

    /// <summary>Whole seconds, at least one, as <c>Retry-After</c> has them.</summary>
    public static int Seconds(TimeSpan wait) => Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;

    private static (string Door, ulong Network, bool IsV6) Key(string door, IPAddress? client)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (client is null || !client.TryWriteBytes(bytes, out _))
        {
            return (door, 0, false);
        }

        return client.AddressFamily == AddressFamily.InterNetwork ? (door, MemoryMarshal.Read<uint>(bytes), false)
            : client.IsIPv4MappedToIPv6 ? (door, MemoryMarshal.Read<uint>(bytes[12..]), false)
            : (door, MemoryMarshal.Read<ulong>(bytes), true);
    }

    private ref long EntryOf((string Door, ulong Network, bool IsV6) key)
    {
        if (_fullAt.Count >= _options.MaxAddresses && !_fullAt.ContainsKey(key) && !MadeRoom())
        {
            // Not the network of any client: those of a door that nobody tells apart any more.
            key = (key.Door, ulong.MaxValue, false);
        }

        return ref CollectionsMarshal.GetValueRefOrAddDefault(_fullAt, key, out _);
    }

    private bool MadeRoom()
    {
        var now = _time.GetTimestamp();
        if (now < _nextSweep)
        {
            return false;
        }

        // A sweep looks at all of them, under the lock: a flood of addresses must not cause one a request.
        _nextSweep = now + Ticks(TimeSpan.FromSeconds(1));
        foreach (var (key, full) in _fullAt)
        {
            if (full <= now)
            {
                _fullAt.Remove(key);
            }
        }

        return _fullAt.Count < _options.MaxAddresses;
    }

    private TimeSpan Left(long full) => _time.GetElapsedTime(_time.GetTimestamp(), full);

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);
}

/// <summary>Registers the throttle.</summary>
public static class FailedAuthenticationsExtensions
{
    /// <summary>The throttle of failed authentications, one for all doors of a service; further calls change nothing.</summary>
    public static IServiceCollection AddFailedAuthentications(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (!services.Any(s => s.ServiceType == typeof(FailedAuthentications)))
        {
            services.AddOptions<FailedAuthenticationOptions>().BindConfiguration(FailedAuthenticationOptions.Section)
                .ValidateDataAnnotations().ValidateOnStart();
            services.TryAddSingleton<FailedAuthentications>();
        }

        return services;
    }
}
