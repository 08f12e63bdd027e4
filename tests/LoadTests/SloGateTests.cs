using NBomber.Contracts.Stats;

namespace OrionPlatform.LoadTests.Tests;

public sealed class SloGateTests
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    [Fact]
    public void A_quick_complete_run_passes()
    {
        var result = Judge(Calls(1000, 20));

        Assert.All(result.Verdicts, v => Assert.Equal(Outcome.Pass, v.Outcome));
        Assert.Equal(ExitCodes.Pass, result.ExitCode);
    }

    [Fact]
    public void No_samples_are_invalid_and_never_a_pass()
    {
        var result = Judge(_ => { });

        Assert.Equal(Outcome.Invalid, Of(result, Slos.PublicApiP95.Name).Outcome);
        Assert.Equal(Outcome.Invalid, Of(result, Slos.PublicApiP99.Name).Outcome);
        Assert.Equal(Outcome.Invalid, Of(result, Slos.PublicApiErrors.Name).Outcome);
        Assert.Equal(ExitCodes.Invalid, result.ExitCode);
    }

    [Theory]
    [InlineData(58, Outcome.Invalid, Outcome.Invalid)]
    [InlineData(59, Outcome.Pass, Outcome.Invalid)]
    [InlineData(298, Outcome.Pass, Outcome.Invalid)]
    [InlineData(299, Outcome.Pass, Outcome.Pass)]
    internal void A_percentile_needs_enough_samples_to_be_believed(int samples, Outcome p95, Outcome p99)
    {
        var result = Judge(Calls(samples, 20));

        Assert.Equal((p95, p99), (Of(result, Slos.PublicApiP95.Name).Outcome, Of(result, Slos.PublicApiP99.Name).Outcome));
    }

    [Fact]
    public void A_scenario_that_did_not_run_makes_the_run_invalid()
    {
        var measurement = Measured(Calls(1000, 20));

        var result = SloGate.Judge(measurement.ToRun([new("calls", 100), new("forgotten", 10)]), []);

        Assert.Equal(Outcome.Invalid, Of(result, "run valid: forgotten").Outcome);
        Assert.Equal(ExitCodes.Invalid, result.ExitCode);
    }

    [Theory]
    [InlineData(299.999, Outcome.Pass)]
    [InlineData(300.0, Outcome.Fail)]
    internal void A_percentile_at_the_limit_fails(double ms, Outcome expected) =>
        Assert.Equal(expected, Of(Judge(Calls(1000, ms)), Slos.PublicApiP95.Name).Outcome);

    [Theory]
    [InlineData(50, Outcome.Pass)]
    [InlineData(51, Outcome.Fail)]
    internal void Five_in_a_hundred_may_be_slow_and_not_one_more(int slow, Outcome expected)
    {
        var result = Judge(m =>
        {
            Calls(1000 - slow, 20)(m);
            Calls(slow, 300)(m);
        });

        Assert.Equal(expected, Of(result, Slos.PublicApiP95.Name).Outcome);
    }

    [Fact]
    public void Quick_failures_count_as_timeouts_and_fail_every_slo()
    {
        var result = Judge(m =>
        {
            for (var i = 0; i < 1000; i++)
            {
                m.Recorded("call", TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1), failed: true);
            }
        });

        Assert.Equal(Outcome.Fail, Of(result, Slos.PublicApiP95.Name).Outcome);
        Assert.Equal(Outcome.Fail, Of(result, Slos.PublicApiP99.Name).Outcome);
        Assert.Equal(Outcome.Fail, Of(result, Slos.PublicApiErrors.Name).Outcome);
        Assert.Equal(ExitCodes.SloFailed, result.ExitCode);
    }

    [Theory]
    [InlineData(9, Outcome.Pass)]
    [InlineData(10, Outcome.Fail)]
    internal void The_error_budget_goes_by_counts_and_is_strict(int failures, Outcome expected)
    {
        var result = Judge(m =>
        {
            Calls(10_000 - failures, 20)(m);
            for (var i = 0; i < failures; i++)
            {
                m.Recorded("call", TimeSpan.Zero, TimeSpan.Zero, failed: true);
            }
        });

        Assert.Equal(expected, Of(result, Slos.PublicApiErrors.Name).Outcome);
    }

    [Fact]
    public void A_generator_that_was_late_measured_itself_and_cannot_tell()
    {
        var measurement = new Measurement(s_timeout);
        Calls(1000, 20)(measurement);
        Starts(measurement, 100, lag: TimeSpan.FromMilliseconds(51));

        var result = SloGate.Judge(measurement.ToRun([new("calls", 100)]), []);

        Assert.Equal(Outcome.Invalid, Of(result, Slos.PublicApiP95.Name).Outcome);
        Assert.Equal(Outcome.Invalid, Of(result, Slos.PublicApiP99.Name).Outcome);
        Assert.Equal(ExitCodes.Invalid, result.ExitCode);
    }

    [Fact]
    public void A_late_generator_does_not_excuse_what_the_service_times_break_as_well()
    {
        var measurement = new Measurement(s_timeout);
        Calls(1000, 400)(measurement);
        Starts(measurement, 100, lag: TimeSpan.FromMilliseconds(51));

        var result = SloGate.Judge(measurement.ToRun([new("calls", 100)]), []);

        Assert.Equal(Outcome.Fail, Of(result, Slos.PublicApiP95.Name).Outcome);
    }

    [Theory]
    [InlineData(99, Outcome.Pass)]
    [InlineData(98, Outcome.Invalid)]
    internal void A_run_that_started_too_few_of_its_iterations_in_time_is_invalid(int inTime, Outcome expected)
    {
        var measurement = new Measurement(s_timeout);
        Calls(1000, 20)(measurement);
        Starts(measurement, inTime);
        Starts(measurement, 100 - inTime, withinPlan: false);

        Assert.Equal(expected, Of(SloGate.Judge(measurement.ToRun([new("calls", 100)]), []), "run valid: calls").Outcome);
    }

    [Fact]
    public void A_failed_slo_outweighs_what_could_not_be_told()
    {
        var measurement = Measured(Calls(1000, 400));

        var result = SloGate.Judge(measurement.ToRun([new("calls", 100), new("forgotten", 10)]), []);

        Assert.Equal(ExitCodes.SloFailed, result.ExitCode);
    }

    [Fact]
    public void A_failed_threshold_fails_the_gate_and_shows_its_expression()
    {
        var threshold = new ThresholdResult { ScenarioName = "s", StepName = "t", CheckExpression = "x => x.Ok", ExceptionMsg = "no step", ErrorCount = 1, IsFailed = true };

        var result = SloGate.Judge(Measured(Calls(1000, 20)).ToRun([new("calls", 100)]), [threshold]);

        var verdict = Of(result, "s: t");
        Assert.Equal((Outcome.Fail, "x => x.Ok", "no step"), (verdict.Outcome, verdict.Limit, verdict.Detail));
    }

    [Fact]
    public void Wilsons_interval_matches_its_published_example()
    {
        // Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662.
        var (low, high) = Interval.WilsonBounds(81, 263);

        Assert.Equal((0.2553, 0.3662), (Math.Round(low, 4), Math.Round(high, 4)));
        Assert.Equal((0, 1), Interval.WilsonBounds(0, 0));
    }

    private static Action<Measurement> Calls(int count, double ms) => measurement =>
    {
        for (var i = 0; i < count; i++)
        {
            measurement.Recorded("call", TimeSpan.FromMilliseconds(ms), TimeSpan.FromMilliseconds(ms), failed: false);
        }
    };

    private static void Starts(Measurement measurement, int count, bool withinPlan = true, TimeSpan lag = default)
    {
        for (var i = 0; i < count; i++)
        {
            measurement.Started("calls", withinPlan, lag, waitedForCopy: false);
        }
    }

    private static Measurement Measured(Action<Measurement> record)
    {
        var measurement = new Measurement(s_timeout);
        record(measurement);
        Starts(measurement, 100);
        return measurement;
    }

    private static GateResult Judge(Action<Measurement> record) => SloGate.Judge(Measured(record).ToRun([new("calls", 100)]), []);

    private static Verdict Of(GateResult result, string name) => Assert.Single(result.Verdicts, v => v.Name == name);
}
