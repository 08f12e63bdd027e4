using System.Buffers.Binary;
using System.Diagnostics;

namespace Orion.Telemetry.Tracing;

/// <summary>
/// Trace ids whose first half is the time: four bytes of Unix seconds, four of the second's fraction (big-endian); the other half is
/// random. An index on them grows at its end, and an id says on which day to look. W3C Trace Context level 2 asks randomness of the last
/// seven bytes only.
/// </summary>
internal static class TraceIds
{
    /// <summary>Level 2's flag for ids whose last seven bytes are random; set by whoever makes the id, carried on by everyone.</summary>
    public const ActivityTraceFlags RandomFlag = (ActivityTraceFlags)2;

    /// <summary>The flag as a new span has to carry it: its parent's, or set, when the trace id was made here.</summary>
    public static ActivityTraceFlags RandomFlagFor(Activity activity)
    {
        if (activity.Parent is { } parent)
        {
            return parent.ActivityTraceFlags & RandomFlag;
        }

        // The runtime keeps a remote parent's flags only as the last digits of its id.
        return activity.ParentSpanId == default ? RandomFlag
            : activity.ParentId is [.., '2' or '3' or '6' or '7' or 'a' or 'b' or 'e' or 'f'] ? RandomFlag : ActivityTraceFlags.None;
    }

    public static void Install()
    {
        Activity.DefaultIdFormat = ActivityIdFormat.W3C;
        Activity.ForceDefaultIdFormat = true;
        Activity.TraceIdGenerator ??= static () => Make(DateTime.UtcNow, Random.Shared);
    }

    public static ActivityTraceId Make(DateTime utc, Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        var (seconds, fraction) = Math.DivRem(utc.Ticks - DateTime.UnixEpoch.Ticks, TimeSpan.TicksPerSecond);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)seconds);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], (uint)((fraction << 32) / TimeSpan.TicksPerSecond));
        random.NextBytes(bytes[8..]);
        return ActivityTraceId.CreateFromBytes(bytes);
    }
}
