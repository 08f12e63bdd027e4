using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Orion.Telemetry.CanonicalLines;

/// <summary>Runs all enrichers on a line; one that throws is counted, and logged the first time.</summary>
internal sealed class LineEnrichers(IEnumerable<ILineEnricher> enrichers, ILogger<LineEnrichers> logger)
{
    private readonly ILineEnricher[] _enrichers = [.. enrichers];
    private long _failures;

    public long Failures => Interlocked.Read(ref _failures);

    public void Run(CanonicalLineContext scope, HttpContext? http)
    {
        if (_enrichers.Length == 0)
        {
            return;
        }

        var line = new LineContext(scope, http);
        foreach (var enricher in _enrichers)
        {
            try
            {
                enricher.Enrich(line);
            }
            catch (Exception exception)
            {
                // A line without a policy field is worth more than no answer to the caller.
                if (Interlocked.Increment(ref _failures) == 1)
                {
                    logger.LogWarning(exception, "The enricher {Enricher} failed; its fields are missing on canonical lines",
                        enricher.GetType().Name);
                }
            }
        }
    }
}
