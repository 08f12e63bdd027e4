using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orion.Sink.Rollups;

/// <summary>The integers of a stored histogram: seven bits a byte, the lowest first, and the eighth set where more follow.</summary>
internal static class Varint
{
    public static void Write(List<byte> buffer, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            buffer.Add((byte)(value | 0x80));
        }

        buffer.Add((byte)value);
    }

    /// <exception cref="FormatException">It is cut off.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Read(ReadOnlySpan<byte> bytes, ref int at) =>
        (uint)at < (uint)bytes.Length && bytes[at] < 0x80 ? bytes[at++] : ReadLong(bytes, ref at);

    /// <summary>Adds the next integer to each of <paramref name="counts"/>, and returns the sum of what was added.</summary>
    /// <exception cref="FormatException">One is cut off, or no count.</exception>
    public static long AddTo(Span<long> counts, ReadOnlySpan<byte> bytes, ref int at)
    {
        var added = 0L;
        for (var i = 0; i < counts.Length;)
        {
            if (counts.Length - i >= 16 && bytes.Length - at >= 16 && Vector128.Create(bytes.Slice(at, 16)) is var small
                && small.ExtractMostSignificantBits() == 0)
            {
                // Sixteen of one byte each, as nearly all are: a percentile over a day reads two hundred thousand of them.
                var (low, high) = Vector128.Widen(small);
                AddEight(counts.Slice(i, 8), low);
                AddEight(counts.Slice(i + 8, 8), high);
                added += Vector128.Sum(low + high);
                i += 16;
                at += 16;
                continue;
            }

            var count = Read(bytes, ref at);
            counts[i++] += count >= 0 ? count : throw new FormatException("Not a histogram: count out of range.");
            added += count;
        }

        return added;
    }

    private static void AddEight(Span<long> counts, Vector128<ushort> added)
    {
        var (low, high) = Vector128.Widen(added);
        (Vector256.Create<long>(counts) + Vector256.WidenLower(low.ToVector256()).AsInt64()).CopyTo(counts);
        counts = counts[4..];
        (Vector256.Create<long>(counts) + Vector256.WidenLower(high.ToVector256()).AsInt64()).CopyTo(counts);
    }

    private static long ReadLong(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64 && at < bytes.Length; shift += 7)
        {
            var part = bytes[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return (long)value;
            }
        }

        throw new FormatException("Not a histogram: an integer is cut off.");
    }
}
