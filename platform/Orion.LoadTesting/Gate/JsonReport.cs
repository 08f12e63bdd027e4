using System.Text.Json;
using Orion.LoadTesting.Engines;
using Orion.LoadTesting.Measuring;

namespace Orion.LoadTesting.Gate;

/// <summary>The report for machines. <c>schemaVersion</c> goes up when a field changes its meaning or goes away.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string Of(GateReport report) => JsonSerializer.Serialize(
        new
        {
            SchemaVersion = 2,
            Outcome = GateReport.Word(report.Result.Outcome),
            report.Ended,
            Engine = LoadEngine.Name,
            LatencyFrom = LoadEngine.KnowsIntendedStart ? "intended start" : "actual start",
            Plan = new
            {
                CallsPerSecond = report.Load.Rate,
                DurationSeconds = report.Load.Duration.TotalSeconds,
                WarmUpSeconds = report.Load.WarmUp.TotalSeconds,
            },
            Verdicts = report.Result.Verdicts.Select(v => new
            {
                v.Name,
                Outcome = GateReport.Word(v.Outcome),
                v.Measured,
                v.Limit,
                v.Samples,
                v.Detail,
            }),
            Calls = report.Run.Calls.ToDictionary(c => c.Key, c => Calls(c.Value)),
            All = Calls(report.Run.All),
            Scenarios = report.Run.Scenarios.Select(s => new
            {
                Name = s.Scenario,
                s.Planned,
                Started = s.Counts.All,
                StartedInTime = s.Counts.WithinPlan,
            }),
            GeneratorLag = LoadEngine.KnowsIntendedStart ? Times(report.Run.Lag) : null,
            StartsThatWaitedForTheSystem = report.Run.WaitedForCopy,
            EndToEnd = report.Run.EndToEnd.ToDictionary(e => e.Key, e => new { Times = Times(e.Value.Times), e.Value.NotInTime }),
        },
        s_options);

    private static object Calls(CallMeasures calls) =>
        new { calls.Failed, Latency = Times(calls.Latency), ServiceTime = Times(calls.Service) };

    private static object Times(Histogram micros) => new
    {
        micros.Count,
        MinMs = micros.Min / 1000.0,
        MeanMs = Math.Round(micros.Mean / 1000, 3),
        P50Ms = micros.Percentile(50) / 1000.0,
        P90Ms = micros.Percentile(90) / 1000.0,
        P95Ms = micros.Percentile(95) / 1000.0,
        P99Ms = micros.Percentile(99) / 1000.0,
        P999Ms = micros.Percentile(99.9) / 1000.0,
        MaxMs = micros.Max / 1000.0,
        micros.OutOfRange,
    };
}
