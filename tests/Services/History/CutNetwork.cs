using System.Net;
using System.Net.Sockets;

namespace OrionPlatform.Services.Tests;

/// <summary>The network between a service and its database: it carries everything, until it is told to fall silent or to break.</summary>
internal sealed class CutNetwork : IAsyncDisposable
{
    private static readonly byte[] s_commit = "COMMIT"u8.ToArray();

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly HashSet<TcpClient> _open = [];
    private readonly int _server;
    private readonly Task _accepting;

    // Completed while it carries.
    private TaskCompletionSource _carries = Completed();
    private TaskCompletionSource? _fallen;
    private bool _isCommitDelivered;
    private bool _isBroken;

    public CutNetwork(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>
    /// With the next commit, or after that time, nothing arrives any more and nobody is told so: as with a cable that was pulled. The worst
    /// moment is chosen, since at any other hardly a transaction is about to end.
    /// </summary>
    /// <param name="isCommitDelivered">Whether that commit still arrives, so that only its answer does not.</param>
    /// <param name="atLatest">The time.</param>
    /// <returns>Whether there was a commit.</returns>
    public async Task<bool> FallSilentAsync(bool isCommitDelivered, TimeSpan atLatest)
    {
        var fallen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_open)
        {
            (_fallen, _isCommitDelivered) = (fallen, isCommitDelivered);
        }

        await Task.WhenAny(fallen.Task, Task.Delay(atLatest));
        lock (_open)
        {
            if (_fallen is null)
            {
                return true;
            }

            FallSilent();
            return false;
        }
    }

    /// <summary>Resets every connection, with what it has not delivered, and every new one. Returns how many there were.</summary>
    public int Break()
    {
        lock (_open)
        {
            _isBroken = true;
            foreach (var connection in _open)
            {
                Reset(connection);
            }

            // Two ends each.
            var connections = _open.Count / 2;
            _open.Clear();
            _carries.TrySetResult();
            return connections;
        }
    }

    /// <summary>Carries again.</summary>
    public void Heal()
    {
        lock (_open)
        {
            _isBroken = false;
            _carries.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        Break();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }

    private static void Reset(TcpClient connection)
    {
        try
        {
            connection.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other side was faster.
        }

        connection.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            var near = await _listener.AcceptTcpClientAsync(_closing.Token);
            _ = CarryAsync(near, new TcpClient());
        }
    }

    private async Task CarryAsync(TcpClient near, TcpClient far)
    {
        try
        {
            lock (_open)
            {
                if (_isBroken)
                {
                    Reset(near);
                    return;
                }

                _open.UnionWith([near, far]);
            }

            (near.NoDelay, far.NoDelay) = (true, true);
            await Carrying().WaitAsync(_closing.Token);
            await far.ConnectAsync(IPAddress.Loopback, _server, _closing.Token);
            await Task.WhenAny(PumpAsync(near, far), PumpAsync(far, near)).Unwrap();
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException
            or InvalidOperationException)
        {
            // One side has gone, or the network is broken; so is the other side.
        }
        finally
        {
            lock (_open)
            {
                _open.ExceptWith([near, far]);
            }

            near.Dispose();
            far.Dispose();
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to)
    {
        var (source, sink) = (from.GetStream(), to.GetStream());
        var bytes = new byte[64 * 1024];
        while (await source.ReadAsync(bytes, _closing.Token) is > 0 and var count)
        {
            if (!IsLastToArrive(bytes.AsSpan(0, count)))
            {
                await Carrying().WaitAsync(_closing.Token);
            }

            await sink.WriteAsync(bytes.AsMemory(0, count), _closing.Token);
        }
    }

    /// <summary>Falls silent if that is a commit and one is waited for; whether it arrives all the same.</summary>
    private bool IsLastToArrive(ReadOnlySpan<byte> sent)
    {
        lock (_open)
        {
            if (_fallen is null || sent.IndexOf(s_commit) < 0)
            {
                return false;
            }

            FallSilent();
            return _isCommitDelivered;
        }
    }

    private void FallSilent()
    {
        _carries = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _fallen?.TrySetResult();
        _fallen = null;
    }

    private Task Carrying()
    {
        lock (_open)
        {
            return _carries.Task;
        }
    }
}
