using System.Buffers.Binary;
using System.Text;

namespace OrionPlatform.Sink;

/// <summary>Reads protobuf's wire format in place. Every length is checked against what is left, so a hostile body cannot read past its end.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Number of the field that <see cref="Next"/> found.</summary>
    public int Field { get; private set; }

    /// <summary>Wire type of that field: 0 varint, 1 eight bytes, 2 bytes with a length, 5 four bytes.</summary>
    public int Wire { get; private set; }

    /// <summary>Goes to the next field; false at the end.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = ReadVarint();
        (Field, Wire) = ((int)(tag >> 3), (int)(tag & 7));
        return Field > 0 ? true : throw new OtlpFormatException("The protobuf body has a field with number 0.");
    }

    public ulong Varint()
    {
        Expect(0);
        return ReadVarint();
    }

    public ulong Fixed64()
    {
        Expect(1);
        return BinaryPrimitives.ReadUInt64LittleEndian(Cut(8));
    }

    public double Double() => BitConverter.UInt64BitsToDouble(Fixed64());

    public ReadOnlySpan<byte> Bytes()
    {
        Expect(2);
        var length = ReadVarint();
        return length <= (ulong)_rest.Length ? Cut((int)length) : throw Short();
    }

    public ProtoReader Message() => new(Bytes());

    /// <summary>All that is left, as text: of a field that <see cref="Message"/> opened.</summary>
    public readonly string Utf8() => Encoding.UTF8.GetString(_rest);

    public string Text() => Encoding.UTF8.GetString(Bytes());

    /// <summary>Passes over the current field, whatever it is.</summary>
    public void Skip()
    {
        switch (Wire)
        {
            case 0:
                ReadVarint();
                break;
            case 1:
                Cut(8);
                break;
            case 2:
                Bytes();
                break;
            case 5:
                Cut(4);
                break;
            default:
                throw new OtlpFormatException($"The protobuf body has wire type {Wire} in field {Field}, which OTLP does not use.");
        }
    }

    /// <summary>Whether all is read; only for packed fields.</summary>
    public readonly bool AtEnd => _rest.IsEmpty;

    public ulong PackedFixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Cut(8));

    public ulong PackedVarint() => ReadVarint();

    private readonly void Expect(int wire)
    {
        if (Wire != wire)
        {
            throw new OtlpFormatException($"The protobuf body has wire type {Wire} in field {Field} where {wire} belongs.");
        }
    }

    private ReadOnlySpan<byte> Cut(int length)
    {
        if (length > _rest.Length)
        {
            throw Short();
        }

        var cut = _rest[..length];
        _rest = _rest[length..];
        return cut;
    }

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var part = Cut(1)[0];
            value |= shift < 64 ? (ulong)(part & 0x7F) << shift : 0;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new OtlpFormatException("The protobuf body has an integer of more than 10 bytes.");
    }

    private static OtlpFormatException Short() => new("The protobuf body ends in the middle of a field.");
}
