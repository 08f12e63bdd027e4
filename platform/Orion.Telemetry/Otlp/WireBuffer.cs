using System.Buffers.Binary;
using System.Text;

namespace Orion.Telemetry.Otlp;

/// <summary>Collects the fields of protobuf messages; a nested message gets its length when it is closed.</summary>
internal sealed class WireBuffer(int capacity)
{
    private byte[] _bytes = new byte[Math.Max(256, capacity)];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    public void Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    public void Text(int field, string text)
    {
        Tag(field);
        var count = Encoding.UTF8.GetByteCount(text);
        Varint((uint)count);
        Encoding.UTF8.GetBytes(text, Room(count));
        Length += count;
    }

    public void Bytes(int field, ReadOnlySpan<byte> bytes)
    {
        Tag(field);
        Varint((uint)bytes.Length);
        Add(bytes);
    }

    public void Varint(int field, ulong value)
    {
        Varint((uint)field << 3);
        var room = Room(10);
        var width = 0;
        for (; value >= 0x80; value >>= 7)
        {
            room[width++] = (byte)(value | 0x80);
        }

        room[width++] = (byte)value;
        Length += width;
    }

    public void Double(int field, double value)
    {
        Varint(((uint)field << 3) | 1);
        BinaryPrimitives.WriteDoubleLittleEndian(Room(sizeof(double)), value);
        Length += sizeof(double);
    }

    /// <summary>Begins a nested message; give the result to <see cref="Close"/>.</summary>
    public int Open(int field)
    {
        Tag(field);
        return Length;
    }

    /// <summary>Ends the message begun there: its length is put in front of it.</summary>
    public void Close(int opened)
    {
        var content = Length - opened;
        var width = 1;
        for (var rest = (uint)content >> 7; rest > 0; rest >>= 7)
        {
            width++;
        }

        Room(width);
        _bytes.AsSpan(opened, content).CopyTo(_bytes.AsSpan(opened + width));
        Length = opened;
        Varint((uint)content);
        Length += content;
    }

    private void Tag(int field) => Varint(((uint)field << 3) | 2);

    private void Varint(uint value)
    {
        var room = Room(5);
        var width = 0;
        for (; value >= 0x80; value >>= 7)
        {
            room[width++] = (byte)(value | 0x80);
        }

        room[width++] = (byte)value;
        Length += width;
    }

    private Span<byte> Room(int count)
    {
        if (_bytes.Length - Length < count)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        }

        return _bytes.AsSpan(Length);
    }
}
