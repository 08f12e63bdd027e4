using System.Buffers.Binary;
using System.Text;

namespace OrionPlatform.Tests;

/// <summary>Builds protobuf messages by hand, field by field.</summary>
internal sealed class ProtoBody
{
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public ProtoBody Varint(int field, ulong value) => Tag(field, 0).Raw(value);

    public ProtoBody Fixed64(int field, ulong value)
    {
        Tag(field, 1);
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        _bytes.AddRange(bytes);
        return this;
    }

    public ProtoBody Double(int field, double value) => Fixed64(field, BitConverter.DoubleToUInt64Bits(value));

    public ProtoBody Fixed32(int field, uint value)
    {
        Tag(field, 5);
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _bytes.AddRange(bytes);
        return this;
    }

    public ProtoBody Bytes(int field, byte[] value)
    {
        Tag(field, 2).Raw((ulong)value.Length);
        _bytes.AddRange(value);
        return this;
    }

    public ProtoBody Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoBody Message(int field, ProtoBody value) => Bytes(field, value.ToArray());

    /// <summary>A KeyValue whose AnyValue is text.</summary>
    public ProtoBody Attribute(int field, string key, string value) => Attribute(field, key, new ProtoBody().Text(1, value));

    public ProtoBody Attribute(int field, string key, ProtoBody any) => Message(field, new ProtoBody().Text(1, key).Message(2, any));

    private ProtoBody Tag(int field, int wire) => Raw((ulong)((field << 3) | wire));

    private ProtoBody Raw(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.Add((byte)(value | 0x80));
        }

        _bytes.Add((byte)value);
        return this;
    }
}
