using System.Buffers.Binary;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Goes through the fields of one protobuf message without copying them. Every length is checked against what is left.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;
    private int _start;
    private int _content;

    /// <summary>Number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>Whether its content has a length: text, bytes, a message or a packed list.</summary>
    public bool HasLength { get; private set; }

    /// <summary>The field as it stands there, its tag included.</summary>
    public readonly ReadOnlySpan<byte> Whole => _message[_start.._at];

    /// <summary>Its content, without tag and length.</summary>
    public readonly ReadOnlySpan<byte> Content => _message[_content.._at];

    /// <summary>Goes to the next field; false at the end.</summary>
    /// <exception cref="InvalidDataException">The bytes are not protobuf.</exception>
    public bool Next()
    {
        if (_at == _message.Length)
        {
            return false;
        }

        _start = _at;
        var tag = Varint();
        Field = (int)(tag >> 3);
        HasLength = (tag & 7) == 2;
        var length = HasLength ? Varint() : 0;
        _content = _at;
        switch (tag & 7)
        {
            case 0:
                Varint();
                break;
            case 1:
                Skip(8);
                break;
            case 2:
                Skip(length);
                break;
            case 5:
                Skip(4);
                break;
            default:
                throw new InvalidDataException("An export has a field of a type that OTLP does not use.");
        }

        return true;
    }

    /// <summary>The content of a varint field as a signed number.</summary>
    public readonly long Number() => (long)new WireReader(Content).Varint();

    /// <summary>The content of an eight-byte field as a floating-point number; 0 when it is no such field.</summary>
    public readonly double Double() => BinaryPrimitives.TryReadDoubleLittleEndian(Content, out var value) ? value : 0;

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            Skip(1);
            var part = _message[_at - 1];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("An export has an integer of more than 10 bytes.");
    }

    private void Skip(ulong length)
    {
        if (length > (ulong)(_message.Length - _at))
        {
            throw new InvalidDataException("An export ends in the middle of a field.");
        }

        _at += (int)length;
    }
}
