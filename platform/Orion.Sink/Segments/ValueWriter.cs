using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections;
using System.Globalization;
using System.Text;
using Orion.Sink.Otlp;

namespace Orion.Sink.Segments;

/// <summary>Writes attribute values as a JSON array in SQLite's binary form (https://sqlite.org/jsonb.html) into one buffer that is used
/// again for every row.</summary>
/// <remarks>
/// Each element is a header, with its type in the lower four bits and the size of its content in the upper four or in the bytes after, and
/// the content. Text is stored as it is: whoever asks SQLite for JSON gets it escaped.
/// </remarks>
internal sealed class ValueWriter
{
    /// <summary>Characters of a text that are kept.</summary>
    public const int MaxText = 16_384;

    /// <summary>Lists and maps within one another, one more than come in by OTLP; what lies deeper is not looked into.</summary>
    public const int MaxDepth = OtlpLimits.Depth + 1;

    private const int MaxHeader = 5;

    // Types of elements.
    private const byte Null = 0;
    private const byte True = 1;
    private const byte False = 2;
    private const byte Integer = 3;
    private const byte Float = 5;
    private const byte RawText = 10;
    private const byte Array = 11;
    private const byte Object = 12;

    // Pinned: SQLite reads a row's values where they are instead of making a copy.
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(4096, pinned: true);
    private int _length;

    /// <summary>The values, at an address that stays; valid until the next call.</summary>
    public ReadOnlySpan<byte> Write(KeyValuePair<string, object?>[] attributes)
    {
        _length = 0;
        Room(MaxHeader);
        _length = MaxHeader;
        foreach (var (_, value) in attributes)
        {
            Value(value, depth: 0);
        }

        End(Array, start: 0);
        return _buffer.AsSpan(0, _length);
    }

    private void Value(object? value, int depth)
    {
        switch (value)
        {
            case null:
                Header(Null, 0);
                break;
            case string text:
                Text(text);
                break;
            case bool flag:
                Header(flag ? True : False, 0);
                break;
            case long number:
                Number(number);
                break;
            case int or short or byte or sbyte or ushort or uint:
                Number(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double number:
                Number(number);
                break;
            case float number:
                Number(number);
                break;
            case IEnumerable<KeyValuePair<string, object?>> map when depth < MaxDepth:
                Map(map, depth + 1);
                break;
            case IEnumerable list when depth < MaxDepth:
                List(list, depth + 1);
                break;
            default:
                Text(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
                break;
        }
    }

    private void List(IEnumerable list, int depth)
    {
        var start = Begin();
        foreach (var item in list)
        {
            Value(item, depth);
        }

        End(Array, start);
    }

    private void Map(IEnumerable<KeyValuePair<string, object?>> map, int depth)
    {
        var start = Begin();
        foreach (var (key, value) in map)
        {
            Text(key);
            Value(value, depth);
        }

        End(Object, start);
    }

    private int Begin()
    {
        var start = _length;
        Room(MaxHeader);
        _length += MaxHeader;
        return start;
    }

    /// <summary>Puts the header, whose length depends on the size of the elements, before the elements written after <paramref
    /// name="start"/>.</summary>
    private void End(byte type, int start)
    {
        var elements = _buffer.AsSpan((start + MaxHeader).._length);
        _length = start;
        Header(type, elements.Length);
        elements.CopyTo(_buffer.AsSpan(_length));
        _length += elements.Length;
    }

    private void Number(long number)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out var length);
        Element(Integer, digits[..length]);
    }

    private void Number(double number)
    {
        if (!double.IsFinite(number))
        {
            Text(number.ToString(CultureInfo.InvariantCulture));
            return;
        }

        Span<byte> digits = stackalloc byte[40];
        number.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        if (digits[..length].IndexOfAny((byte)'.', (byte)'E') < 0)
        {
            // So that it is read back as a floating-point number.
            ".0"u8.CopyTo(digits[length..]);
            length += 2;
        }

        Element(Float, digits[..length]);
    }

    private void Text(string text)
    {
        var chars = text.AsSpan(0, Math.Min(text.Length, MaxText));
        Room(MaxHeader + (3 * chars.Length));
        var start = _length;
        Header(RawText, chars.Length);
        var length = Encoding.UTF8.GetBytes(chars, _buffer.AsSpan(_length));
        if (length != chars.Length)
        {
            // Not ASCII only, so the header may be a longer one.
            _length = start;
            Header(RawText, length);
            Encoding.UTF8.GetBytes(chars, _buffer.AsSpan(_length));
        }

        _length += length;
    }

    private void Element(byte type, ReadOnlySpan<byte> content)
    {
        Room(MaxHeader + content.Length);
        Header(type, content.Length);
        content.CopyTo(_buffer.AsSpan(_length));
        _length += content.Length;
    }

    private void Header(byte type, int size)
    {
        Room(MaxHeader);
        switch (size)
        {
            case <= 11:
                _buffer[_length++] = (byte)((size << 4) | type);
                break;
            case <= byte.MaxValue:
                _buffer[_length++] = (byte)(0xC0 | type);
                _buffer[_length++] = (byte)size;
                break;
            case <= ushort.MaxValue:
                _buffer[_length++] = (byte)(0xD0 | type);
                BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(_length), (ushort)size);
                _length += sizeof(ushort);
                break;
            default:
                _buffer[_length++] = (byte)(0xE0 | type);
                BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(_length), size);
                _length += sizeof(int);
                break;
        }
    }

    private void Room(int bytes)
    {
        if (_buffer.Length - _length < bytes)
        {
            var larger = GC.AllocateUninitializedArray<byte>(Math.Max(_buffer.Length * 2, _length + bytes), pinned: true);
            _buffer.AsSpan(0, _length).CopyTo(larger);
            _buffer = larger;
        }
    }
}
