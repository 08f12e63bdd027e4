using System.Buffers.Binary;
using System.Diagnostics;

namespace OrionPlatform.ServiceDefaults;

/// <summary>
/// Trace ids that begin with four bytes of Unix seconds (big-endian), the rest random: an index on them grows at its end, and an id says
/// on which day to look. W3C Trace Context level 2 asks randomness of the last seven bytes only.
/// </summary>
internal static class TraceIds
{
    public static void Install()
    {
        Activity.DefaultIdFormat = ActivityIdFormat.W3C;
        Activity.ForceDefaultIdFormat = true;
        Activity.TraceIdGenerator ??= static () => Make(DateTimeOffset.UtcNow.ToUnixTimeSeconds(), Random.Shared);
    }

    public static ActivityTraceId Make(long unixSeconds, Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)unixSeconds);
        random.NextBytes(bytes[4..]);
        return ActivityTraceId.CreateFromBytes(bytes);
    }
}
