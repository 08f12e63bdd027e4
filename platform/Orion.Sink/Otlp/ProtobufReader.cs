using System.Buffers.Binary;
using System.Text;

namespace Orion.Sink.Otlp;

/// <summary>
/// Goes through the fields of one protobuf message in place. Every length is checked against what is left, so a hostile body cannot be read
/// past its end. All members throw <see cref="OtlpFormatException"/> when the bytes are not what they are asked for as.
/// </summary>
/// <param name="message">The message, without a tag or length of its own.</param>
public ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;
    private int _start;
    private int _content;

    /// <summary>Counts the fields that are gone through, here and in the messages within; none when nobody counts.</summary>
    internal OtlpBudget? Budget { get; init; }

    /// <summary>Number of the field that <see cref="Next"/> found.</summary>
    public int Field { get; private set; }

    /// <summary>Wire type of that field: 0 varint, 1 eight bytes, 2 bytes with a length, 5 four bytes.</summary>
    public int Wire { get; private set; }

    /// <summary>The field as it stands there, its tag included.</summary>
    public readonly ReadOnlySpan<byte> Whole => _message[_start.._at];

    /// <summary>Its content, without tag and length.</summary>
    public readonly ReadOnlySpan<byte> Content => _message[_content.._at];

    /// <summary>Whether all is read; for packed numbers.</summary>
    public readonly bool AtEnd => _at == _message.Length;

    /// <summary>Goes to the next field; false at the end.</summary>
    public bool Next()
    {
        if (AtEnd)
        {
            return false;
        }

        Budget?.Take();
        _start = _at;
        var tag = Integer();
        (Field, Wire) = ((int)(tag >> 3), (int)(tag & 7));
        if (Field <= 0)
        {
            throw new OtlpFormatException("The protobuf body has a field with number 0.");
        }

        var length = Wire == 2 ? Integer() : 0;
        _content = _at;
        switch (Wire)
        {
            case 0:
                Integer();
                break;
            case 1:
                Pass(8);
                break;
            case 2:
                Pass(length);
                break;
            case 5:
                Pass(4);
                break;
            default:
                throw new OtlpFormatException($"The protobuf body has wire type {Wire} in field {Field}, which OTLP does not use.");
        }

        return true;
    }

    /// <summary>The field as an integer.</summary>
    public readonly ulong Varint()
    {
        Expect(0);
        return new ProtobufReader(Content).Integer();
    }

    /// <summary>The field as an integer of eight bytes.</summary>
    public readonly ulong Fixed64()
    {
        Expect(1);
        return BinaryPrimitives.ReadUInt64LittleEndian(Content);
    }

    /// <summary>The field as four bytes.</summary>
    public readonly uint Fixed32()
    {
        Expect(5);
        return BinaryPrimitives.ReadUInt32LittleEndian(Content);
    }

    /// <summary>The field as a floating-point number of eight bytes.</summary>
    public readonly double Floating() => BitConverter.UInt64BitsToDouble(Fixed64());

    /// <summary>The field as bytes.</summary>
    public readonly ReadOnlySpan<byte> Bytes()
    {
        Expect(2);
        return Content;
    }

    /// <summary>The field as a message; also as packed numbers.</summary>
    public readonly ProtobufReader Message() => new(Bytes()) { Budget = Budget };

    /// <summary>The field as text.</summary>
    public readonly string Text() => Encoding.UTF8.GetString(Bytes());

    /// <summary>All of this message as text: of a field that <see cref="Message"/> opened.</summary>
    public readonly string Utf8() => Encoding.UTF8.GetString(_message);

    /// <summary>The next of several packed integers of eight bytes.</summary>
    public ulong PackedFixed64()
    {
        Budget?.Take();
        Pass(8);
        return BinaryPrimitives.ReadUInt64LittleEndian(_message[(_at - 8)..]);
    }

    /// <summary>The next of several packed integers.</summary>
    public ulong PackedVarint()
    {
        Budget?.Take();
        return Integer();
    }

    private ulong Integer()
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            Pass(1);
            var part = _message[_at - 1];
            value |= shift < 64 ? (ulong)(part & 0x7F) << shift : 0;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new OtlpFormatException("The protobuf body has an integer of more than 10 bytes.");
    }

    private readonly void Expect(int wire)
    {
        if (Wire != wire)
        {
            throw new OtlpFormatException($"The protobuf body has wire type {Wire} in field {Field} where {wire} belongs.");
        }
    }

    private void Pass(ulong length)
    {
        if (length > (ulong)(_message.Length - _at))
        {
            throw new OtlpFormatException("The protobuf body ends in the middle of a field.");
        }

        _at += (int)length;
    }
}
