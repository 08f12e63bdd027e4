using System.Buffers;
using System.Net.Sockets;
using System.Text;

namespace OrionPlatform.Services.Tests;

/// <summary>A request as the bytes it is, sent over a connection of its own.</summary>
internal static class RawHttp
{
    /// <summary>The head of a request and its body, with the length it has.</summary>
    public static byte[] Request(string line, IEnumerable<string> headers, byte[]? body)
    {
        var head = new StringBuilder(line).Append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        foreach (var header in headers)
        {
            head.Append(header).Append("\r\n");
        }

        if (body is not null)
        {
            head.Append("Content-Length: ").Append(body.Length).Append("\r\n");
        }

        return [.. Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), .. body ?? []];
    }

    /// <summary>
    /// The answer's status, and what came of it; 0 when there was none, as when the request lacks its end, or the server cut it off.
    /// </summary>
    public static async Task<(int Status, string Answer)> SendAsync(Uri server, byte[] request, TimeSpan patience)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var limit = new CancellationTokenSource(patience);
        var buffer = ArrayPool<byte>.Shared.Rent(2048);
        try
        {
            await socket.ConnectAsync(server.Host, server.Port, limit.Token);
            await socket.SendAsync(request, limit.Token);
            var length = 0;
            while (length < buffer.Length && await socket.ReceiveAsync(buffer.AsMemory(length), limit.Token) is > 0 and var read)
            {
                length += read;
                var text = Encoding.Latin1.GetString(buffer, 0, length);
                if (text.Contains("\r\n\r\n", StringComparison.Ordinal))
                {
                    return (text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(text.AsSpan(9, 3)) : -1, text);
                }
            }

            return (0, "");
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return (0, "");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Bytes as text in which each is to be seen, to be put into a test.</summary>
    public static string Show(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var b in bytes)
        {
            text.Append(b is >= 0x20 and < 0x7F and not (byte)'\\' ? ((char)b).ToString() : $"\\x{b:x2}");
        }

        return text.ToString();
    }
}
