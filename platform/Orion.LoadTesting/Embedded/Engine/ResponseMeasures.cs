using NBomber.Contracts;
using NBomber.Contracts.Stats;
using Orion.LoadTesting.Measuring;

namespace Orion.LoadTesting.Embedded.Engine;

/// <summary>What the successes, or the failures, of one step came to. Its owner locks.</summary>
internal sealed class ResponseMeasures
{
    private const int StatusCodesKept = 100;

    // Exact, because the statistics count by these two.
    private const long Over800 = 800_001;
    private const long From1200 = 1_200_000;

    private readonly Histogram _micros = new(Over800, From1200);
    private readonly Histogram _bytes = new();

    // Bounded: past StatusCodesKept different ones the rest is counted together under "other".
    private readonly Dictionary<string, (string Message, int Count)> _statusCodes = [];

    public int Count => (int)_micros.Count;

    public long AllBytes { get; private set; }

    public void Record(IResponse response, TimeSpan latency)
    {
        _micros.Record((long)latency.TotalMicroseconds);
        _bytes.Record(response.SizeBytes);
        AllBytes += response.SizeBytes;
        if (response.StatusCode.Length > 0)
        {
            var known = _statusCodes.ContainsKey(response.StatusCode) || _statusCodes.Count < StatusCodesKept;
            var code = known ? response.StatusCode : "other";
            var (message, count) = _statusCodes.GetValueOrDefault(code, (response.Message, 0));
            _statusCodes[code] = (message, count + 1);
        }
    }

    /// <param name="isError">Whether these are the failures.</param>
    /// <param name="all">Successes and failures together.</param>
    /// <param name="duration">Length of the scenario.</param>
    public MeasurementStats ToStats(bool isError, int all, TimeSpan duration) => new()
    {
        Request = new()
        {
            Count = Count,
            RPS = duration > TimeSpan.Zero ? Math.Round(Count / duration.TotalSeconds, 2) : 0,
            Percent = Percent(Count, all),
        },
        Latency = new()
        {
            MinMs = Ms(_micros.Min),
            MeanMs = Ms(_micros.Mean),
            MaxMs = Ms(_micros.Max),
            Percent50 = Ms(_micros.Percentile(50)),
            Percent75 = Ms(_micros.Percentile(75)),
            Percent95 = Ms(_micros.Percentile(95)),
            Percent99 = Ms(_micros.Percentile(99)),
            StdDev = Ms(_micros.StandardDeviation),
            LatencyCount = new()
            {
                LessOrEq800 = Count - (int)_micros.AtOrAbove(Over800),
                More800Less1200 = (int)(_micros.AtOrAbove(Over800) - _micros.AtOrAbove(From1200)),
                MoreOrEq1200 = (int)_micros.AtOrAbove(From1200),
            },
        },
        DataTransfer = new()
        {
            MinBytes = _bytes.Min,
            MeanBytes = (long)_bytes.Mean,
            MaxBytes = _bytes.Max,
            Percent50 = _bytes.Percentile(50),
            Percent75 = _bytes.Percentile(75),
            Percent95 = _bytes.Percentile(95),
            Percent99 = _bytes.Percentile(99),
            StdDev = Math.Round(_bytes.StandardDeviation, 2),
            AllBytes = AllBytes,
        },
        StatusCodes =
        [
            .. _statusCodes.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => new StatusCodeStats
            {
                StatusCode = c.Key,
                IsError = isError,
                Message = c.Value.Message,
                Count = c.Value.Count,
                Percent = Percent(c.Value.Count, all),
            }),
        ],
    };

    private static double Ms(double micros) => Math.Round(micros / 1000, 2);

    private static int Percent(int part, int all) => all == 0 ? 0 : (int)Math.Round(100.0 * part / all);
}
