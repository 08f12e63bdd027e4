using System.Numerics;

namespace OrionPlatform.Sink;

/// <summary>
/// A mergeable histogram of non-negative numbers (nanoseconds, bytes). Each power of two is cut into 64 buckets of equal width, so a
/// bucket's middle is at most 1/128 (0.8 %) away from any value in it; integers under 128 are exact.
/// </summary>
/// <remarks>Not thread-safe. The counts array spans only the buckets between the smallest and the largest value seen.</remarks>
public sealed class LogHistogram
{
    private const int SubBits = 6;
    private const int SubBuckets = 1 << SubBits;
    private const int MaxExponent = 127;
    private const int MaxBucket = ((MaxExponent - SubBits + 1) << SubBits) + SubBuckets - 1;

    private long[] _counts = [];
    private int _first;

    /// <summary>Values added.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a value; negative ones count as 0.</summary>
    public void Add(long value, long times = 1) => AddTo(BucketOf(Math.Max(0, value)), times);

    /// <summary>Adds a value; negative ones count as 0, those from 2^128 on as the largest there is. Under 128 it is rounded to an integer.</summary>
    public void Add(double value, long times = 1)
    {
        if (value < 2 * SubBuckets)
        {
            AddTo((int)Math.Round(Math.Max(0, value)), times);
            return;
        }

        var exponent = Math.ILogB(value);
        var shift = exponent - SubBits;
        AddTo(exponent > MaxExponent ? MaxBucket : (shift << SubBits) + (int)Math.ScaleB(value, -shift), times);
    }

    /// <summary>Adds all values of <paramref name="other"/>.</summary>
    public void Merge(LogHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Count == 0)
        {
            return;
        }

        Cover(other._first, other._first + other._counts.Length - 1);
        for (var i = 0; i < other._counts.Length; i++)
        {
            _counts[other._first + i - _first] += other._counts[i];
        }

        Count += other.Count;
    }

    /// <summary>Forgets all values, and keeps the room it has for others.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
    }

    /// <summary>The value at <paramref name="quantile"/> (0 to 1), by nearest rank; 0 when empty.</summary>
    public double Quantile(double quantile)
    {
        var rank = Math.Clamp((long)Math.Ceiling(quantile * Count), 1, Math.Max(1, Count));
        var seen = 0L;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
            {
                return Middle(_first + i);
            }
        }

        return 0;
    }

    /// <summary>Values that are at most <paramref name="limit"/>; those in the limit's own bucket count as under it.</summary>
    public long CountUpTo(long limit)
    {
        var last = Math.Min(BucketOf(Math.Max(0, limit)) - _first, _counts.Length - 1);
        var count = 0L;
        for (var i = 0; i <= last; i++)
        {
            count += _counts[i];
        }

        return count;
    }

    /// <summary>The non-empty buckets as variable-length integers: pairs of distance to the bucket before and count.</summary>
    public byte[] ToBytes()
    {
        var buffer = new List<byte>(64);
        var previous = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] != 0)
            {
                WriteVarint(buffer, (ulong)(_first + i - previous));
                WriteVarint(buffer, (ulong)_counts[i]);
                previous = _first + i;
            }
        }

        return [.. buffer];
    }

    /// <summary>Adds the values that <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="FormatException">The bytes are not such a histogram.</exception>
    public void MergeBytes(ReadOnlySpan<byte> bytes)
    {
        var (bucket, added, counts, first) = (0L, 0L, _counts, _first);
        for (var at = 0; at < bytes.Length;)
        {
            long times;
            if (at + 1 < bytes.Length && (bytes[at] | bytes[at + 1]) < 0x80)
            {
                // Nearly every pair is two bytes, and a percentile over a day reads a million of them.
                bucket += bytes[at];
                times = bytes[at + 1];
                at += 2;
            }
            else
            {
                bucket += ReadVarint(bytes, ref at);
                times = ReadVarint(bytes, ref at);
            }

            if ((ulong)(bucket - first) >= (ulong)counts.Length || times < 0)
            {
                if (bucket is < 0 or > MaxBucket || times < 0)
                {
                    throw new FormatException("Not a histogram: bucket or count out of range.");
                }

                Cover((int)bucket, (int)bucket);
                (counts, first) = (_counts, _first);
            }

            counts[(int)bucket - first] += times;
            added += times;
        }

        Count += added;
    }

    private static int BucketOf(long value)
    {
        if (value < SubBuckets)
        {
            return (int)value;
        }

        var shift = 63 - SubBits - BitOperations.LeadingZeroCount((ulong)value);
        return (shift << SubBits) + (int)(value >> shift);
    }

    private static double Middle(int bucket)
    {
        if (bucket < 2 * SubBuckets)
        {
            return bucket;
        }

        var shift = (bucket >> SubBits) - 1;
        return Math.ScaleB(SubBuckets + (bucket & (SubBuckets - 1)) + 0.5, shift);
    }

    private void AddTo(int bucket, long times)
    {
        Cover(bucket, bucket);
        _counts[bucket - _first] += times;
        Count += times;
    }

    private void Cover(int from, int to)
    {
        if (_counts.Length == 0)
        {
            _first = from & ~31;
            _counts = new long[to - _first + 128];
        }
        else if (from < _first || to >= _first + _counts.Length)
        {
            // Twice as long each time, towards the side that was too short: a histogram read back bucket by bucket grows a few times only.
            var end = _first + _counts.Length;
            var first = from < _first ? Math.Max(0, Math.Min(from & ~31, _first - _counts.Length)) : _first;
            var counts = new long[(to >= end ? Math.Max(to + 32, end + _counts.Length) : end) - first];
            _counts.CopyTo(counts, _first - first);
            (_first, _counts) = (first, counts);
        }
    }

    private static void WriteVarint(List<byte> buffer, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            buffer.Add((byte)(value | 0x80));
        }

        buffer.Add((byte)value);
    }

    private static long ReadVarint(ReadOnlySpan<byte> bytes, ref int at)
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
