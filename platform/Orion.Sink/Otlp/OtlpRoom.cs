namespace Orion.Sink.Otlp;

/// <summary>How many bytes of bodies may be in memory at once, those of all requests together.</summary>
internal sealed class OtlpRoom(long bytes)
{
    private long _left = bytes;

    /// <exception cref="OtlpFormatException">There is no room now; the sender may try again.</exception>
    public void Take(int count)
    {
        if (Interlocked.Add(ref _left, -count) < 0)
        {
            Give(count);
            throw new OtlpFormatException("Too many bodies are being read at the moment; try again shortly.") { Status = 503 };
        }
    }

    public void Give(int count) => Interlocked.Add(ref _left, count);
}
