using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Orion.Store.Copying;

/// <summary>
/// A table's count and checksum, over a form of its values that is the same on both engines. A row's digest is SHA-256 of all its values,
/// each with its kind and length. Those of a table are added up, since the engines sort texts each in its own way; those of the journal are
/// chained, since its order means something.
/// </summary>
internal sealed class TableDigest(bool isChain)
{
    private readonly ArrayBufferWriter<byte> _row = new(1024);
    private readonly byte[] _link = new byte[2 * SHA256.HashSizeInBytes];
    private readonly ulong[] _sum = new ulong[4];

    public long Rows { get; private set; }

    /// <summary>64 hex digits.</summary>
    public string Checksum
    {
        get
        {
            if (isChain)
            {
                return Convert.ToHexStringLower(_link.AsSpan(0, SHA256.HashSizeInBytes));
            }

            var bytes = new byte[SHA256.HashSizeInBytes];
            for (var i = 0; i < _sum.Length; i++)
            {
                BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(i * sizeof(ulong)), _sum[i]);
            }

            return Convert.ToHexStringLower(bytes);
        }
    }

    public void Add(object?[] row)
    {
        _row.ResetWrittenCount();
        foreach (var cell in row)
        {
            Write(cell);
        }

        Rows++;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_row.WrittenSpan, digest);
        if (isChain)
        {
            digest.CopyTo(_link.AsSpan(SHA256.HashSizeInBytes));
            SHA256.HashData(_link, _link.AsSpan(0, SHA256.HashSizeInBytes));
            return;
        }

        for (var i = 0; i < _sum.Length; i++)
        {
            _sum[i] += BinaryPrimitives.ReadUInt64BigEndian(digest[(i * sizeof(ulong))..]);
        }
    }

    private void Write(object? cell)
    {
        switch (cell)
        {
            case null:
                Begin('n', 0);
                break;
            case long number:
                Number('i', number);
                break;
            case bool flag:
                Number('f', flag ? 1 : 0);
                break;
            case double number:
                // SQLite does not keep the sign of zero.
                Number('d', number == 0 ? 0 : BitConverter.DoubleToInt64Bits(number));
                break;
            case string text:
                var length = Encoding.UTF8.GetByteCount(text);
                Begin('t', length);
                Encoding.UTF8.GetBytes(text, _row.GetSpan(length));
                _row.Advance(length);
                break;
            case byte[] bytes:
                Begin('x', bytes.Length);
                _row.Write(bytes);
                break;
            default:
                throw new InvalidOperationException($"A cell is a {cell.GetType().Name}.");
        }
    }

    private void Number(char kind, long number)
    {
        Begin(kind, sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(_row.GetSpan(sizeof(long)), number);
        _row.Advance(sizeof(long));
    }

    private void Begin(char kind, int length)
    {
        var head = _row.GetSpan(5);
        head[0] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(head[1..], length);
        _row.Advance(5);
    }
}
