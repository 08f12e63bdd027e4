using System.Runtime.InteropServices;

namespace OrionPlatform.Sink.Cli;

/// <summary>Ctrl+C and SIGTERM end the query, not the process: it still says what happened.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals() => _registrations = [On(PosixSignal.SIGINT), On(PosixSignal.SIGTERM)];

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        Array.ForEach(_registrations, r => r.Dispose());
        _stop.Dispose();
    }

    private PosixSignalRegistration On(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        _stop.Cancel();
    });
}
