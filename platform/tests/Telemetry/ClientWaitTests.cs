using System.Buffers;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Orion.Sink.Rows;

namespace Orion.Telemetry.Tests;

/// <summary>Which time of a request is its client's.</summary>
public sealed class ClientWaitTests
{
    private const int Much = 32 * 1024 * 1024;
    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(400);

    public static TheoryData<string> Reads => ["stream", "pipe", "json", "form"];

    public static TheoryData<string> Writes => ["stream", "pipe", "end", "file"];

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task Waiting_for_a_body_is_the_clients_time_however_it_is_read(string how)
    {
        var reads = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await TestApp.StartAsync(a => a.MapPost("/body", async (HttpContext http) =>
        {
            reads.SetResult();
            await ReadAsync(http, how);
        }));
        using var socket = await ConnectAsync(app);
        var body = how == "form" ? "a=0123456789" : "\"0123456789\"";
        var type = how == "form" ? "application/x-www-form-urlencoded" : "application/json";
        var head = $"POST /body HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {type}\r\nContent-Length: {body.Length}";
        await SendAsync(socket, $"{head}\r\n\r\n{body[..4]}");
        await reads.Task;

        // The client takes its time.
        await Task.Delay(s_slow);
        await SendAsync(socket, body[4..]);
        Assert.StartsWith("HTTP/1.1 200", await ReadAsync(socket), StringComparison.Ordinal);

        IsTheClients((await app.TraceAsync("/body")).Line);
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task Waiting_for_a_client_to_take_its_answer_is_its_time_however_it_is_written(string how)
    {
        var writes = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder.File("much"), new byte[Much]);
        await using var app = await TestApp.StartAsync(a => a.MapGet("/much", async (HttpContext http) =>
        {
            writes.SetResult();
            await WriteAsync(http, how, folder.File("much"));
        }));
        using var socket = await ConnectAsync(app);
        await SendAsync(socket, "GET /much HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        await writes.Task;
        await Task.Delay(s_slow);
        Assert.True((await ReadAsync(socket)).Length > Much);

        IsTheClients((await app.TraceAsync("/much")).Line);
    }

    [Fact]
    public async Task A_request_that_waits_for_nobody_has_no_such_time()
    {
        await using var app = await TestApp.StartAsync(a => a.MapGet("/quick", () => "done"));
        await app.Client.GetStringAsync("/quick");
        var line = (await app.TraceAsync("/quick")).Line;

        // Unless the machine was held up for a millisecond just then.
        Assert.Equal(line.ClientWaitMs > 0, line.Attributes.Any(a => a.Key == CanonicalLine.ClientWaitKey));
        Assert.True(line.OwnNanos <= line.DurationNanos);
    }

    private static void IsTheClients(CanonicalLine line)
    {
        Assert.True(line.ClientWaitMs > 0, $"{line.DurationNanos} ns, and nothing of it the client's");
        Assert.True(line.ClientWaitMs <= line.DurationNanos / 1e6);
        Assert.Equal(line.DurationNanos - (line.ClientWaitMs * 1_000_000), line.OwnNanos);
        Assert.Equal(line.ClientWaitMs, Assert.Single(line.Attributes, a => a.Key == "orion.client_wait_ms").Value);
    }

    private static async Task ReadAsync(HttpContext http, string how)
    {
        switch (how)
        {
            case "stream":
                await http.Request.Body.CopyToAsync(Stream.Null);
                break;
            case "pipe":
                await http.Request.BodyReader.CopyToAsync(Stream.Null);
                break;
            case "json":
                Assert.Equal("0123456789", await http.Request.ReadFromJsonAsync<string>());
                break;
            default:
                Assert.Equal("0123456789", (await http.Request.ReadFormAsync())["a"]);
                break;
        }
    }

    private static async Task WriteAsync(HttpContext http, string how, string file)
    {
        var response = http.Response;
        switch (how)
        {
            case "stream":
                await response.Body.WriteAsync(new byte[Much]);
                break;
            case "pipe":
                await response.BodyWriter.WriteAsync(new byte[Much]);
                break;
            case "end":
                // Left to the server, which sends it after the application is done.
                response.BodyWriter.Write(new byte[Much]);
                break;
            default:
                await response.SendFileAsync(file);
                break;
        }
    }

    private static async Task<Socket> ConnectAsync(TestApp app)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(app.Address.Host, app.Address.Port);
        return socket;
    }

    private static async Task SendAsync(Socket socket, string text) => await socket.SendAsync(Encoding.ASCII.GetBytes(text));

    private static async Task<string> ReadAsync(Socket socket)
    {
        using var reader = new StreamReader(new NetworkStream(socket), Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }
}
