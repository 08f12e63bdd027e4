using Orion.Sink.Alerts;
using Orion.Sink.Audit;
using Orion.Sink.Events;
using Orion.Sink.Facts;
using Orion.Sink.Otlp;
using Orion.Sink.Rows;
using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

/// <summary>What is kept for how long in <c>telemetry.db</c>. The raw days and the quota are in <see cref="RetentionTests"/>.</summary>
public sealed class SmallTableTests
{
    [Fact]
    public async Task Each_kind_of_row_goes_after_its_own_days_and_open_alerts_and_facts_stay()
    {
        await using var test =
            new TestSink(o =>
                (o.HeartbeatDays, o.EventDays, o.AuditDays, o.RollupDays, o.HourlyRollupDays, o.RawDays) = (1, 2, 3, 4, 5, 2));
        var first = test.Now;
        test.Sink.Record(test.Line());
        test.Sink.Record(Beat(test));
        test.Sink.Record(new OtlpHeard(ResourceRow.Unknown, "shop", OtlpSignal.Logs, 1));
        test.Sink.LogEvent(new BusinessEvent { Type = "x", Service = "api" });
        test.Sink.Track("x");
        test.Sink.Metrics.RecordSimple("x", 1);
        await test.Sink.Audit.LogAsync(new AuditEntry { Component = "x", Action = "y" });
        foreach (var subject in new[] { "open", "resolved" })
        {
            var now = test.Time.GetUtcNow();
            Assert.True(await test.Sink.RaiseAlertAsync(new AlertRow
            {
                Rule = "x",
                Subject = subject,
                State = AlertState.Firing,
                Severity = "info",
                Summary = "x",
                OpenedAt = now,
                UpdatedAt = now,
            }));
        }

        Assert.True(await test.Sink.ResolveAlertAsync("x", "resolved"));
        Assert.True(await test.Sink.CopyFactsAsync([new FactRow(5, test.Time.GetUtcNow(), "x", "x/1", null, "{}", null, null)]));
        Assert.NotNull(await test.Sink.RecomputeAsync(test.Time.GetUtcNow()));
        await test.Sink.FlushAsync();
        var gone = new Dictionary<string, int>();
        for (var day = 0; day <= 6; day++)
        {
            test.Sink.Record(Beat(test));
            await test.Sink.FlushAsync();
            foreach (var (kind, rows) in Rows(test, first))
            {
                if (rows == 0)
                {
                    gone.TryAdd(kind, day);
                }
            }

            test.Time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(
            new Dictionary<string, int>
            {
                ["heartbeats"] = 2,
                ["heard"] = 3,
                ["events"] = 3,
                ["tracked"] = 3,
                ["audit"] = 4,
                ["resolved alerts"] = 4,
                ["minutes"] = 5,
                ["surfaces"] = 5,
                ["metrics"] = 5,
                ["checks"] = 5,
                ["hours"] = 6,
            },
            gone);
        Assert.Equal("open", Assert.Single(await test.Reader.AlertsAsync()).Subject);
        Assert.Equal(5, await test.Reader.LastFactAsync());
    }

    [Fact]
    public async Task Old_rows_go_little_by_little_and_as_fast_as_others_come()
    {
        await using var test = new TestSink(o => o.EventDays = 1);
        for (var i = 0; i < 1_700; i++)
        {
            test.Sink.Track("old");
        }

        await test.Sink.FlushAsync();
        test.Time.Advance(TimeSpan.FromDays(2));
        var left = new List<long>();
        for (var write = 0; write < 4; write++)
        {
            test.Sink.Track("new");
            await test.Sink.FlushAsync();
            using var database = Database.OpenReader(SegmentFiles.CentralPath(test.Directory));
            left.Add(database.QueryLong("SELECT count(*) FROM _orion_events WHERE name = 'old'"));
        }

        Assert.Equal([1_200, 700, 200, 0], left);
    }

    private static Heartbeat Beat(TestSink test) => new()
    {
        Worker = "w",
        Service = "s",
        Host = "h",
        Pid = 1,
        Time = test.Time.GetUtcNow(),
        Interval = TimeSpan.FromSeconds(1),
        StartedAt = test.Time.GetUtcNow(),
    };

    /// <summary>How many rows of the first moment are left.</summary>
    private static IEnumerable<(string Kind, long Rows)> Rows(TestSink test, long first)
    {
        using var database = Database.OpenReader(SegmentFiles.CentralPath(test.Directory));
        foreach (var (kind, table, condition) in new[]
        {
            ("heartbeats", "worker_heartbeats", $"time = {first}"), ("events", "business_event_logs", $"time = {first}"),
            ("heard", "otlp_processes", $"last_seen = {first}"), ("tracked", "_orion_events", $"time = {first}"),
            ("audit", "audit_log", $"time = {first}"), ("resolved alerts", "system_alerts", "subject = 'resolved'"),
            ("minutes", "rollups_minute", $"start <= {first}"),
            ("surfaces", "surfaces_minute", $"start <= {first}"), ("hours", "rollups_hour", $"start <= {first}"),
            ("metrics", "metric_rollups_minute", $"start <= {first}"), ("checks", "rollup_checks", $"checked_at = {first}"),
        })
        {
            yield return (kind, database.QueryLong($"SELECT count(*) FROM {table} WHERE {condition}"));
        }
    }
}
