using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orion.Benchmarks;

/// <summary>
/// Closed-loop load over raw keep-alive connections: as little work a request as possible, so that the server is what is measured.
/// </summary>
internal static class OverheadLoad
{
    private const int Connections = 32;

    /// <summary>The line that orders a run: where to, seconds that are not counted, seconds that are.</summary>
    public static string Order(string address, double ramp, double counted) => FormattableString.Invariant($"{address} {ramp} {counted}");

    /// <summary>Obeys one order a line, until there are no more; answers with the requests that were counted, and with all.</summary>
    public static async Task<object> RunAsync()
    {
        Console.WriteLine(ChildProcess.Ready);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            var order = line.Split(' ');
            var (counted, all) = await RunAsync(new Uri(order[0]), Seconds(order[1]), Seconds(order[2]));
            Console.WriteLine(FormattableString.Invariant($"{counted} {all}"));
        }

        return new { };
    }

    private static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture));

    private static async Task<(long Counted, long All)> RunAsync(Uri address, TimeSpan ramp, TimeSpan length)
    {
        var request = Encoding.ASCII.GetBytes($"GET /v1/items/item-7 HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n");
        var clock = Stopwatch.StartNew();
        var counts =
            await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => ConnectionAsync(address, request, clock, ramp, ramp + length)));
        return (counts.Sum(c => c.Counted), counts.Sum(c => c.All));
    }

    private static async Task<(long Counted, long All)> ConnectionAsync(Uri address, byte[] request, Stopwatch clock, TimeSpan from,
        TimeSpan to)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, address.Port);
        var buffer = new byte[4096];
        var answer = await FirstAsync(socket, request, buffer);
        var (counted, all) = (0L, 1L);
        while (clock.Elapsed is var now && now < to)
        {
            await socket.SendAsync(request);
            for (var read = 0; read < answer;)
            {
                var got = await socket.ReceiveAsync(buffer);
                read += got == 0 ? throw new IOException("The server closed the connection.") : got;
            }

            counted += now >= from ? 1 : 0;
            all++;
        }

        return (counted, all);
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
