using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Orion.Sink.Otlp;

/// <summary>
/// Reads a request's body, decompressed, and no more of it than the limit: a small body that unpacks to a huge one ends there too. What it
/// gives is valid until it is disposed of.
/// </summary>
internal sealed class OtlpBody(OtlpRoom room, int limit) : IDisposable
{
    private const int FirstBytes = 16 * 1024;
    private const int TrailerBytes = 8;

    private readonly List<byte[]> _rented = [];

    /// <exception cref="OtlpFormatException">It is larger than the limit, or not gzip from its beginning to its end although it says
    /// so.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(Stream body, bool gzip, CancellationToken cancellationToken)
    {
        var bytes = await ReadAllAsync(body, cancellationToken);
        return gzip ? await UnpackAsync(bytes, cancellationToken) : bytes;
    }

    public void Dispose()
    {
        foreach (var bytes in _rented.ToArray())
        {
            Return(bytes);
        }
    }

    private async Task<ReadOnlyMemory<byte>> UnpackAsync(ReadOnlyMemory<byte> packed, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = new GZipStream(Stream(packed), CompressionMode.Decompress);
            var bytes = await ReadAllAsync(stream, cancellationToken);
            return EndsWhole(packed.Span, bytes.Span) ? bytes
                : throw new OtlpFormatException(
                    "The gzip body does not end with the length and checksum of what it holds: it was cut off, or something follows it.");
        }
        catch (InvalidDataException exception)
        {
            throw new OtlpFormatException("The body is not gzip, although Content-Encoding says so.", exception);
        }
    }

    private static MemoryStream Stream(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var array) ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(bytes.ToArray());

    /// <summary>
    /// Whether it ends as gzip (RFC 1952) does: with the checksum and the length of the last member's content, which is all of it unless
    /// there are several. The stream does not say: for one that is cut off between two blocks it gives what it has.
    /// </summary>
    private static bool EndsWhole(ReadOnlySpan<byte> packed, ReadOnlySpan<byte> content)
    {
        if (packed.Length < TrailerBytes)
        {
            return false;
        }

        var (checksum, length) = (BinaryPrimitives.ReadUInt32LittleEndian(packed[^8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(packed[^4..]));
        return length <= (uint)content.Length && Crc32.HashToUInt32(content[^(int)length..]) == checksum;
    }

    private async Task<ReadOnlyMemory<byte>> ReadAllAsync(Stream stream, CancellationToken cancellationToken)
    {
        var bytes = Rent(FirstBytes);
        var length = 0;
        while (true)
        {
            if (length == limit)
            {
                return await stream.ReadAsync(new byte[1], cancellationToken) == 0 ? bytes.AsMemory(0, length)
                    : throw new OtlpFormatException($"The body is larger than {limit} bytes, decompressed.") { Status = 413 };
            }

            if (length == bytes.Length)
            {
                var larger = Rent((int)Math.Min(limit, length * 2L));
                bytes.AsSpan(0, length).CopyTo(larger);
                Return(bytes);
                bytes = larger;
            }

            var read = await stream.ReadAsync(bytes.AsMemory(length, Math.Min(bytes.Length, limit) - length), cancellationToken);
            if (read == 0)
            {
                return bytes.AsMemory(0, length);
            }

            length += read;
        }
    }

    private byte[] Rent(int count)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(count);
        try
        {
            room.Take(bytes.Length);
        }
        catch (OtlpFormatException)
        {
            ArrayPool<byte>.Shared.Return(bytes);
            throw;
        }

        _rented.Add(bytes);
        return bytes;
    }

    private void Return(byte[] bytes)
    {
        _rented.Remove(bytes);
        room.Give(bytes.Length);
        ArrayPool<byte>.Shared.Return(bytes);
    }
}
