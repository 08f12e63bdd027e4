using System.Runtime.InteropServices;

namespace Orion.Telemetry.Metrics;

/// <summary>
/// Traced requests that have begun and not ended, as <c>orion.requests.active</c>. The framework's own instrument for it costs two
/// measurements a request on one series, over which all processors contend; here each has a cell of its own, and only who reads adds them
/// up.
/// </summary>
internal static class RequestsInFlight
{
    private static readonly Cell[] s_cells = new Cell[Math.Clamp(Environment.ProcessorCount, 1, 64)];

    static RequestsInFlight() => Measures.Meter.CreateObservableUpDownCounter(
        "orion.requests.active", static () => Now, "{request}", "Requests that have begun and not ended");

    public static long Now
    {
        get
        {
            var sum = 0L;
            foreach (ref var cell in s_cells.AsSpan())
            {
                sum += Interlocked.Read(ref cell.Count);
            }

            return sum;
        }
    }

    public static void Begin() => Interlocked.Increment(ref Mine.Count);

    public static void End() => Interlocked.Decrement(ref Mine.Count);

    private static ref Cell Mine => ref s_cells[Thread.GetCurrentProcessorId() % s_cells.Length];

    // A cache line each, also where they are fetched in pairs.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Cell
    {
        [FieldOffset(0)]
        public long Count;
    }
}
