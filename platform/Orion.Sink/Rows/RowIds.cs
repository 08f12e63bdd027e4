using System.Buffers.Binary;
using System.Diagnostics;

namespace Orion.Sink.Rows;

/// <summary>
/// W3C ids as SQLite keeps them: big-endian integers, two for a trace id. The first one is the time where this platform made it, so
/// the index on it grows at its end instead of everywhere.
/// </summary>
internal static class RowIds
{
    public static (long High, long Low) Split(ActivityTraceId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        // The id holds its hexadecimal text; reading that in one go is several times faster than CopyTo.
        return Convert.FromHexString(id.ToHexString(), bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? (BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[8..]))
            : default;
    }

    public static long Of(ActivitySpanId id)
    {
        Span<byte> bytes = stackalloc byte[8];
        return Convert.FromHexString(id.ToHexString(), bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? BinaryPrimitives.ReadInt64BigEndian(bytes)
            : 0;
    }

    public static ActivityTraceId Trace(long high, long low)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, high);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], low);
        return high == 0 && low == 0 ? default : ActivityTraceId.CreateFromBytes(bytes);
    }

    public static ActivitySpanId Span(long id)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, id);
        return id == 0 ? default : ActivitySpanId.CreateFromBytes(bytes);
    }
}
