using System.Buffers;
using System.Buffers.Text;
using System.Collections;
using System.Globalization;
using System.Text;

namespace OrionPlatform.Sink;

/// <summary>Writes attribute values as a JSON array into one buffer that is used again for every row.</summary>
internal sealed class ValueWriter
{
    // Bounded: a row whose values need more is cut after MaxText characters a value.
    public const int MaxText = 16_384;

    private static readonly SearchValues<char> s_escaped =
        SearchValues.Create("\"\\\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f");

    private byte[] _buffer = new byte[4096];
    private int _length;

    /// <summary>The values' JSON; valid until the next call.</summary>
    public ReadOnlySpan<byte> Write(KeyValuePair<string, object?>[] attributes)
    {
        _length = 0;
        Byte((byte)'[');
        for (var i = 0; i < attributes.Length; i++)
        {
            if (i > 0)
            {
                Byte((byte)',');
            }

            Value(attributes[i].Value, nested: false);
        }

        Byte((byte)']');
        return _buffer.AsSpan(0, _length);
    }

    /// <summary>Attributes as a JSON object, keys in order: equal ones give equal text.</summary>
    public string Object(KeyValuePair<string, object?>[] attributes)
    {
        if (attributes.Length == 0)
        {
            return "{}";
        }

        _length = 0;
        Byte((byte)'{');
        foreach (var (key, value) in attributes.Length == 1 ? attributes : attributes.OrderBy(a => a.Key, StringComparer.Ordinal).DistinctBy(a => a.Key))
        {
            if (_length > 1)
            {
                Byte((byte)',');
            }

            Text(key);
            Byte((byte)':');
            Value(value, nested: false);
        }

        Byte((byte)'}');
        return Encoding.UTF8.GetString(_buffer, 0, _length);
    }

    private void Value(object? value, bool nested)
    {
        switch (value)
        {
            case null:
                Ascii("null"u8);
                break;
            case string text:
                Text(text);
                break;
            case bool flag:
                Ascii(flag ? "true"u8 : "false"u8);
                break;
            case long number:
                Integer(number);
                break;
            case int number:
                Integer(number);
                break;
            case short or byte or sbyte or ushort or uint:
                Integer(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double number:
                Number(number);
                break;
            case float number:
                Number(number);
                break;
            case IEnumerable list when !nested:
                List(list);
                break;
            default:
                Text(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
                break;
        }
    }

    private void List(IEnumerable list)
    {
        Byte((byte)'[');
        var first = true;
        foreach (var item in list)
        {
            if (!first)
            {
                Byte((byte)',');
            }

            first = false;
            Value(item, nested: true);
        }

        Byte((byte)']');
    }

    private void Integer(long number)
    {
        Room(20);
        Utf8Formatter.TryFormat(number, _buffer.AsSpan(_length), out var written);
        _length += written;
    }

    private void Number(double number)
    {
        if (!double.IsFinite(number))
        {
            Text(number.ToString(CultureInfo.InvariantCulture));
            return;
        }

        Room(40);
        number.TryFormat(_buffer.AsSpan(_length), out var written, "R", CultureInfo.InvariantCulture);
        var digits = _buffer.AsSpan(_length, written);
        _length += written;
        if (digits.IndexOfAnyExceptInRange((byte)'-', (byte)'9') < 0 && !digits.Contains((byte)'.'))
        {
            // So that it is read back as a floating-point number.
            Ascii(".0"u8);
        }
    }

    private void Text(string text)
    {
        var chars = text.AsSpan(0, Math.Min(text.Length, MaxText));
        Room((chars.Length * 6) + 2);
        Byte((byte)'"');
        while (true)
        {
            var plain = chars.IndexOfAny(s_escaped);
            _length += Encoding.UTF8.GetBytes(plain < 0 ? chars : chars[..plain], _buffer.AsSpan(_length));
            if (plain < 0)
            {
                break;
            }

            Escape(chars[plain]);
            chars = chars[(plain + 1)..];
        }

        Byte((byte)'"');
    }

    private void Escape(char c)
    {
        Byte((byte)'\\');
        if (c is '"' or '\\')
        {
            Byte((byte)c);
            return;
        }

        Ascii("u00"u8);
        Byte((byte)(c < 0x10 ? '0' : '1'));
        Byte((byte)"0123456789abcdef"[c & 0xF]);
    }

    private void Ascii(ReadOnlySpan<byte> text)
    {
        Room(text.Length);
        text.CopyTo(_buffer.AsSpan(_length));
        _length += text.Length;
    }

    private void Byte(byte value)
    {
        Room(1);
        _buffer[_length++] = value;
    }

    private void Room(int bytes)
    {
        if (_buffer.Length - _length < bytes)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + bytes));
        }
    }
}
