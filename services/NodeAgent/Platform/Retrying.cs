using OrionPlatform.Contracts;

namespace OrionPlatform.NodeAgent;

/// <summary>
/// Does something with the node's credential until it works or the agent stops: an unreachable platform is waited for, never given up on.
/// </summary>
internal sealed class Retrying(NodeSession session, TimeProvider time, ILogger<Retrying> log)
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    /// <summary>Returns what the call returns at its first success.</summary>
    /// <exception cref="OperationCanceledException">The agent stops.</exception>
    public async Task<T> UntilItWorksAsync<T>(string what, Func<NodeCredential, CancellationToken, Task<T>> call,
        CancellationToken stopping)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await OnceAsync(call, stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                var limit = Math.Min(s_longest.TotalMilliseconds, s_first.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 10)));
                var delay = TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * limit);
                log.Log(attempt == 0 ? LogLevel.Warning : LogLevel.Debug, e, "Could not {What}; trying again in {Delay:0.0} s.", what,
                    delay.TotalSeconds);
                await Task.Delay(delay, time, stopping);
            }
        }
    }

    private async Task<T> OnceAsync<T>(Func<NodeCredential, CancellationToken, Task<T>> call, CancellationToken stopping)
    {
        var credential = await session.CredentialAsync(stopping);
        try
        {
            return await call(credential, stopping);
        }
        catch (UnknownNodeException)
        {
            await session.ForgetAsync(credential);
            throw;
        }
    }
}
