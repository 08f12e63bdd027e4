using System.Numerics;

namespace Orion.Sink.Rollups;

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

    /// <summary>
    /// Adds a value; negative ones count as 0, those from 2^128 on as the largest there is. Under 128 it is rounded to an integer.
    /// </summary>
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

    /// <summary>
    /// The non-empty buckets as variable-length integers. One that stands alone is its distance to the bucket before and its count; a run
    /// of neighbours is the distance of its first, a 0, how many there are, and the count of each, a few empty ones included.
    /// </summary>
    public byte[] ToBytes()
    {
        var buffer = new List<byte>(64);
        var previous = 0;
        for (var at = Next(0); at < _counts.Length;)
        {
            var (last, filled) = Neighbours(at);
            if (filled > 3 && last - at < 2 * filled)
            {
                Varint.Write(buffer, (ulong)(_first + at - previous));
                buffer.Add(0);
                Varint.Write(buffer, (ulong)(last - at + 1));
                for (; at <= last; at++)
                {
                    Varint.Write(buffer, (ulong)_counts[at]);
                }

                previous = _first + last;
            }

            for (at = Next(at); at <= last; at = Next(at + 1))
            {
                Varint.Write(buffer, (ulong)(_first + at - previous));
                Varint.Write(buffer, (ulong)_counts[at]);
                previous = _first + at;
            }
        }

        return [.. buffer];
    }

    /// <summary>Adds the values that <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="FormatException">The bytes are not such a histogram.</exception>
    public void MergeBytes(ReadOnlySpan<byte> bytes)
    {
        var (bucket, added) = (0L, 0L);
        for (var at = 0; at < bytes.Length;)
        {
            bucket += Varint.Read(bytes, ref at);
            var times = Varint.Read(bytes, ref at);
            var length = times == 0 ? Varint.Read(bytes, ref at) : 1;
            if (bucket is < 0 or > MaxBucket || times < 0 || length < 1 || length > MaxBucket - bucket + 1)
            {
                throw new FormatException("Not a histogram: bucket or count out of range.");
            }

            var room = Room((int)bucket, (int)length);
            if (times > 0)
            {
                room[0] += times;
                added += times;
                continue;
            }

            added += Varint.AddTo(room, bytes, ref at);
            bucket += length - 1;
        }

        Count += added;
    }

    /// <summary>The next bucket that is not empty, from this one on.</summary>
    private int Next(int at)
    {
        while (at < _counts.Length && _counts[at] == 0)
        {
            at++;
        }

        return at;
    }

    /// <summary>The last bucket before a gap of more than three, and how many there are that are not empty.</summary>
    private (int Last, int Filled) Neighbours(int from)
    {
        var (last, filled) = (from, 1);
        for (var at = Next(from + 1); at <= last + 4 && at < _counts.Length; at = Next(at + 1))
        {
            (last, filled) = (at, filled + 1);
        }

        return (last, filled);
    }

    private Span<long> Room(int bucket, int length)
    {
        if (bucket < _first || bucket + length > _first + _counts.Length)
        {
            Cover(bucket, bucket + length - 1);
        }

        return _counts.AsSpan(bucket - _first, length);
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
}
