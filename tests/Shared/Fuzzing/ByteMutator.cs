using System.Globalization;
using System.Text;

namespace OrionPlatform.Tests;

/// <summary>
/// Damages valid input in the ways that find faults in parsers: bits flipped, parts cut out, doubled or put elsewhere, lengths and numbers
/// at the ends of their ranges, tokens of JSON replaced by others. The same seed damages the same input in the same way, so that a seed is
/// all it takes to see it again.
/// </summary>
internal sealed class ByteMutator(int seed)
{
    private const int MaxBytes = 256 * 1024;

    // What stands where a JSON value stood: each is a value that some reader of some member does not expect.
    private static readonly byte[][] s_tokens = Array.ConvertAll<string, byte[]>(
    [
        "null", "true", "0", "-1", "1.7e18", "1e999", "-0.0", "18446744073709551616", "9223372036854775808", "\"\"", "\"NaN\"",
            "\"-1\"", "\"1e3\"", "[]", "{}", "[[]]", "[null]",
        "{\"a\":{}}", "\"\\ud83d\"", "\"\\udc00x\"", "\"\\u0000\"", "\"\u00e9\"", new string('[', 200) + new string(']', 200),
            "\"" + new string('x', 20_000) + "\"", ",", "\"", "}", "]",
    ], Encoding.UTF8.GetBytes);

    private static readonly byte[] s_edges = [0, 1, 2, 7, 8, 9, 0x22, 0x2C, 0x5C, 0x7B, 0x7D, 0x7F, 0x80, 0xC0, 0xD8, 0xED, 0xFE, 0xFF];

    private readonly Random _random = new(seed);

    /// <summary>How long fuzzing lasts in all: <c>ORION_FUZZ_SECONDS</c>, or 10 seconds: the whole suite has 15 minutes.</summary>
    public static TimeSpan Duration =>
        TimeSpan.FromSeconds(double.TryParse(Environment.GetEnvironmentVariable("ORION_FUZZ_SECONDS"), CultureInfo.InvariantCulture,
            out var seconds) && seconds > 0 ? seconds : 10);

    /// <summary>One of them.</summary>
    public T Any<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    /// <summary>The input with one to four kinds of damage.</summary>
    public byte[] Mutate(byte[] valid)
    {
        var bytes = new List<byte>(valid);
        for (var left = _random.Next(1, 5); left > 0; left--)
        {
            Damage(bytes);
        }

        return [.. bytes.Take(MaxBytes)];
    }

    private void Damage(List<byte> bytes)
    {
        if (bytes.Count == 0)
        {
            bytes.AddRange(Any(s_tokens));
            return;
        }

        var at = _random.Next(bytes.Count);
        var length = _random.Next(1, Math.Min(bytes.Count - at, 1 << _random.Next(8)) + 1);
        switch (_random.Next(9))
        {
            case 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                bytes[at] = Any(s_edges);
                break;
            case 2:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 3:
                bytes.RemoveRange(at, length);
                break;
            case 4:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 5:
                bytes.InsertRange(_random.Next(bytes.Count), bytes.GetRange(at, length));
                break;
            case 6:
                var noise = new byte[length];
                _random.NextBytes(noise);
                bytes.InsertRange(at, noise);
                break;
            case 7:
                // As a length or an integer in protobuf: ten bytes that go on, and one that ends.
                bytes.InsertRange(at, [0xFF, 0xFF, 0xFF, 0xFF, .. _random.Next(2) == 0 ? new byte[] { 0x0F }
                    : [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]]);
                break;
            default:
                Replace(bytes, at);
                break;
        }
    }

    /// <summary>Puts another token where a value of JSON begins after <paramref name="at"/>.</summary>
    private void Replace(List<byte> bytes, int at)
    {
        var colon = bytes.IndexOf((byte)':', at);
        var start = colon < 0 ? at : colon + 1;
        var end = start;
        while (end < bytes.Count && bytes[end] is not ((byte)',' or (byte)'}' or (byte)']'))
        {
            end++;
        }

        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, Any(s_tokens));
    }
}
