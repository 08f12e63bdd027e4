using System.Buffers.Binary;
using System.Text;

namespace Orion.Sink.Otlp;

/// <summary>Writes the fields of protobuf messages into one buffer, which grows as needed.</summary>
internal sealed class ProtobufWriter(int capacity = 256)
{
    // A message's length is known when it ends: room for the largest one is kept in front of it. Readers of protobuf take a length of more
    // bytes than it needs.
    private const int LengthBytes = 5;

    private byte[] _bytes = new byte[Math.Max(16, capacity)];
    private int _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Varint(int field, ulong value)
    {
        Tag(field, 0);
        Raw(value);
    }

    public void Fixed64(int field, ulong value)
    {
        Tag(field, 1);
        BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);
    }

    public void Fixed32(int field, uint value)
    {
        Tag(field, 5);
        BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, 2);
        Raw((ulong)value.Length);
        value.CopyTo(Take(value.Length));
    }

    public void Text(int field, string value)
    {
        Tag(field, 2);
        var count = Encoding.UTF8.GetByteCount(value);
        Raw((ulong)count);
        Encoding.UTF8.GetBytes(value, Take(count));
    }

    /// <summary>Begins a message; what it gives is for <see cref="End"/>.</summary>
    public int Begin(int field)
    {
        Tag(field, 2);
        Take(LengthBytes);
        return _length;
    }

    /// <summary>Ends the message that began there.</summary>
    public void End(int begun)
    {
        var room = _bytes.AsSpan(begun - LengthBytes, LengthBytes);
        var length = (uint)(_length - begun);
        for (var i = 0; i < LengthBytes; i++, length >>= 7)
        {
            room[i] = (byte)(length & 0x7F | (i < LengthBytes - 1 ? 0x80u : 0));
        }
    }

    private void Tag(int field, int wire) => Raw((ulong)((field << 3) | wire));

    private void Raw(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            Take(1)[0] = (byte)(value | 0x80);
        }

        Take(1)[0] = (byte)value;
    }

    private Span<byte> Take(int count)
    {
        if (_bytes.Length - _length < count)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(_bytes.Length * 2L, (long)_length + count)));
        }

        _length += count;
        return _bytes.AsSpan(_length - count, count);
    }
}
