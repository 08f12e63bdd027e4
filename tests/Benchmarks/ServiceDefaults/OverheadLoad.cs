using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrionPlatform.Benchmarks;

/// <summary>Closed-loop load over raw keep-alive connections: as little work a request as possible, so that the server is what is measured.</summary>
internal static class OverheadLoad
{
    private const int Connections = 32;

    public static async Task<double> RunAsync(Uri address, TimeSpan length)
    {
        var request = Encoding.ASCII.GetBytes($"GET /v1/items/item-7 HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n");
        var clock = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => ConnectionAsync(address, request, clock, length)));
        return counts.Sum();
    }

    private static async Task<double> ConnectionAsync(Uri address, byte[] request, Stopwatch clock, TimeSpan length)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, address.Port);
        var buffer = new byte[4096];
        var answer = await FirstAsync(socket, request, buffer);
        var count = 0;
        while (clock.Elapsed < length)
        {
            await socket.SendAsync(request);
            for (var read = 0; read < answer;)
            {
                var got = await socket.ReceiveAsync(buffer);
                read += got == 0 ? throw new IOException("The server closed the connection.") : got;
            }

            count++;
        }

        return count;
    }

    /// <summary>Length of the answer, which is the same every time: ids and dates have fixed lengths.</summary>
    private static async Task<int> FirstAsync(Socket socket, byte[] request, byte[] buffer)
    {
        await socket.SendAsync(request);
        var read = 0;
        while (true)
        {
            var got = await socket.ReceiveAsync(buffer.AsMemory(read));
            read += got == 0 ? throw new IOException("The server closed the connection.") : got;
            var text = Encoding.ASCII.GetString(buffer, 0, read);
            if (!text.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
            {
                throw new IOException(text);
            }

            if (text.EndsWith("0\r\n\r\n", StringComparison.Ordinal) || text.EndsWith('}'))
            {
                return read;
            }
        }
    }
}
