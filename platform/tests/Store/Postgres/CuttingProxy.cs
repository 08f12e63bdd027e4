using System.Net;
using System.Net.Sockets;

namespace Orion.Store.Tests;

/// <summary>
/// Stands between the store and its server, and cuts connections at a commit: before the server hears of it, or after it has answered and
/// before the store hears that.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private static readonly byte[] s_commit = "COMMIT"u8.ToArray();

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly int _server;
    private readonly Task _accepting;
    private int _before;
    private int _after;

    public CuttingProxy(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Commits that were cut.</summary>
    public int Cuts { get; private set; }

    /// <summary>The next commit does not reach the server.</summary>
    public void CutBefore() => Interlocked.Exchange(ref _before, 1);

    /// <summary>The answer to the next commit does not reach the store.</summary>
    public void CutAfter() => Interlocked.Exchange(ref _after, 1);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_closing.Token);
            _ = CarryAsync(client);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _server, _closing.Token);
            var answerIsCut = false;
            var back = Task.Run(async () =>
            {
                var buffer = new byte[64 * 1024];
                while (await far.GetStream().ReadAsync(buffer, _closing.Token) is > 0 and var read)
                {
                    if (Volatile.Read(ref answerIsCut))
                    {
                        // It is committed by now.
                        Cuts++;
                        near.Close();
                        return;
                    }

                    await near.GetStream().WriteAsync(buffer.AsMemory(0, read), _closing.Token);
                }
            });
            var bytes = new byte[64 * 1024];
            while (await near.GetStream().ReadAsync(bytes, _closing.Token) is > 0 and var count)
            {
                if (bytes.AsSpan(0, count).IndexOf(s_commit) >= 0)
                {
                    if (Interlocked.Exchange(ref _before, 0) == 1)
                    {
                        Cuts++;
                        return;
                    }

                    Volatile.Write(ref answerIsCut, Interlocked.Exchange(ref _after, 0) == 1);
                }

                await far.GetStream().WriteAsync(bytes.AsMemory(0, count), _closing.Token);
            }

            await back;
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has gone; so does the other.
        }
    }
}
