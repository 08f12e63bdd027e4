using Microsoft.Extensions.Options;
using OrionPlatform.Contracts;

namespace OrionPlatform.NodeAgent;

/// <summary>Who this node is to the platform: the credential it registered for once, kept on disk, mode 0600.</summary>
internal sealed class NodeSession(PlatformClient client, IOptions<AgentOptions> options, ILogger<NodeSession> log) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private NodeCredential? _credential;

    private readonly string _file = CredentialFile(options.Value.StateDirectory);

    /// <summary>What this node offers.</summary>
    public RegisterNodeRequest Offer => new(options.Value.Name, options.Value.Slots, options.Value.Runtimes.Keys);

    /// <summary>Where a node keeps its credential.</summary>
    public static string CredentialFile(string stateDirectory) => Path.Combine(stateDirectory, "credential.json");

    /// <summary>The credential; registers when there is none yet.</summary>
    public async Task<NodeCredential> CredentialAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            _credential ??= StateFiles.Read<NodeCredential>(_file);
            if (_credential is null)
            {
                var token = options.Value.JoinToken
                    ?? throw new InvalidOperationException("Orion:Node:JoinToken is missing: without it the node cannot register.");
                _credential = await client.RegisterAsync(token, Offer, cancellationToken);
                StateFiles.Write(_file, _credential);
                log.LogInformation("Registered as node {NodeId}.", _credential.NodeId);
            }

            return _credential;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Forgets a credential that the platform does not know; the next call registers anew.</summary>
    public async Task ForgetAsync(NodeCredential unknown)
    {
        await _one.WaitAsync();
        try
        {
            if (_credential == unknown)
            {
                log.LogWarning("The platform does not know node {NodeId}; registering again.", unknown.NodeId);
                _credential = null;
                File.Delete(_file);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
