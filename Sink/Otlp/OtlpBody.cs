using System.IO.Compression;

namespace OrionPlatform.Sink;

/// <summary>Reads a request's body, decompressed, and no more of it than the limit: a small body that unpacks to a huge one ends there too.</summary>
internal static class OtlpBody
{
    /// <summary>The body, or null when it is larger than <paramref name="limit"/>.</summary>
    /// <exception cref="OtlpFormatException">It is not gzip although it says so.</exception>
    public static async Task<byte[]?> ReadAsync(Stream body, bool gzip, int limit, CancellationToken cancellationToken)
    {
        if (!gzip)
        {
            return await ReadAllAsync(body, limit, cancellationToken);
        }

        try
        {
            await using var unpacked = new GZipStream(body, CompressionMode.Decompress, leaveOpen: true);
            return await ReadAllAsync(unpacked, limit, cancellationToken);
        }
        catch (InvalidDataException exception)
        {
            throw new OtlpFormatException("The body is not gzip, although Content-Encoding says so.", exception);
        }
    }

    private static async Task<byte[]?> ReadAllAsync(Stream stream, int limit, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        var part = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(part, cancellationToken)) > 0)
        {
            if (all.Length + read > limit)
            {
                return null;
            }

            await all.WriteAsync(part.AsMemory(0, read), cancellationToken);
        }

        return all.ToArray();
    }
}
