using Orion.Sink.Alerts;
using Orion.Sink.Audit;
using Orion.Sink.Reading;
using Orion.Sink.Segments;

namespace Orion.Sink.Tests;

public sealed class AuditTests
{
    [Fact]
    public async Task An_entry_comes_back_with_all_it_was_given()
    {
        await using var test = new TestSink();
        var entry = Entry("alert.acknowledge");
        (entry.User, entry.Tenant, entry.Session, entry.CorrelationId, entry.TraceId) =
            ("u1", "acme", "s1", "c1", "5b8efff798038103d269b633813fc60c");
        (entry.Parameters, entry.Result, entry.Metadata, entry.Duration) = ("{\"a\":1}", "{}", "{\"b\":2}", TimeSpan.FromMilliseconds(5));
        (entry.Status, entry.ErrorCode, entry.ErrorMessage) = ("error", "forbidden", "No.");
        await test.Sink.Audit.LogAsync(entry);

        var read = Assert.Single(await test.Reader.AuditAsync(new AuditQuery()));
        Assert.Equivalent(entry, read, strict: true);
    }

    [Fact]
    public async Task Entries_are_found_by_component_action_status_user_and_time_in_either_order()
    {
        await using var test = new TestSink();
        for (var i = 0; i < 6; i++)
        {
            var entry = Entry(i % 2 == 0 ? "even" : "odd");
            (entry.Status, entry.User, entry.Duration) = (i == 3 ? "error" : "success", $"u{i}", TimeSpan.FromSeconds(i == 2 ? 9 : 1));
            await test.Sink.Audit.LogAsync(entry);
            test.Time.Advance(TimeSpan.FromSeconds(1));
        }

        async Task<string> UsersAsync(AuditQuery query) => string.Join(' ', (await test.Reader.AuditAsync(query)).Select(e => e.User));
        Assert.Equal("u4 u2 u0", await UsersAsync(new AuditQuery { Action = "even" }));
        Assert.Equal("u3", await UsersAsync(new AuditQuery { Status = "error" }));
        Assert.Equal("u5", await UsersAsync(new AuditQuery { User = "u5", Component = "tests" }));
        Assert.Equal("u0 u1", await UsersAsync(new AuditQuery { Order = AuditOrder.Oldest, Limit = 2 }));
        Assert.Equal("u3 u2", await UsersAsync(new AuditQuery { Limit = 2, Offset = 2 }));
        Assert.Equal("u2", await UsersAsync(new AuditQuery { Order = AuditOrder.Slowest, Limit = 1 }));
        Assert.NotEqual("u2", await UsersAsync(new AuditQuery { Order = AuditOrder.Quickest, Limit = 1 }));
        Assert.Equal("u5", await UsersAsync(new AuditQuery { From = test.Time.GetUtcNow().AddSeconds(-1) }));
    }

    [Fact]
    public async Task No_entry_is_lost_when_more_come_than_the_buffer_holds()
    {
        await using var test = new TestSink();
        await test.Sink.FlushAsync();
        var tasks = new List<Task>();
        using (new ForeignLock(SegmentFiles.CentralPath(test.Directory)))
        {
            for (var i = 0; i < 1_000; i++)
            {
                tasks.Add(test.Sink.Audit.LogAsync(Entry($"op{i}")));
            }
        }

        Task[] Calls(int caller) => [.. Enumerable.Range(0, 250).Select(i => test.Sink.Audit.LogAsync(Entry($"caller{caller}-{i}")))];
        var callers = Enumerable.Range(0, 8).Select(c => Task.Run(() => Task.WhenAll(Calls(c))));
        await Task.WhenAll(tasks.Concat(callers));
        Assert.Equal(3_000, await CountAsync(test));
    }

    [Fact]
    public async Task An_entry_after_shutdown_has_begun_is_stored_all_the_same()
    {
        await using var test = new TestSink();
        await test.Sink.DisposeAsync();
        await test.Sink.Audit.LogAsync(Entry("late"));
        test.Sink.Audit.Log(Entry("later"));

        Assert.Equal(2, await CountAsync(test));
    }

    [Fact]
    public async Task An_entry_that_cannot_be_stored_is_refused_to_its_caller()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("telemetry"), "a file where the folder belongs");
        await using var sink =
            new TelemetrySink(new TelemetrySinkOptions { Directory = folder.File("telemetry"), Process = "api" }, TimeProvider.System);

        await Assert.ThrowsAsync<AuditUnavailableException>(() => sink.Audit.LogAsync(Entry("x")));
        Assert.Throws<AuditUnavailableException>(() => sink.Audit.Log(Entry("x")));
    }

    [Fact]
    public async Task A_copy_may_be_repeated_and_the_account_has_each_entry_once()
    {
        await using var test = new TestSink();
        var (one, two) = (Entry("one"), Entry("two"));
        await test.Sink.Audit.CopyAsync([one]);
        await test.Sink.Audit.CopyAsync([one, two]);
        await test.Sink.FlushAsync();

        Assert.Equal(2, await CountAsync(test));
        Assert.Equal(new LossRow("api", "audit", 2, 2, 0, 0, 0), await test.LossAsync("audit"));
    }

    [Fact]
    public async Task An_entry_that_the_log_can_never_take_is_refused_as_such_and_holds_up_no_other()
    {
        await using var test = new TestSink();
        await test.Sink.FlushAsync();
        var bad = Entry("bad");
        bad.Component = null!;
        Task good, refused, copy, more;
        using (new ForeignLock(SegmentFiles.CentralPath(test.Directory)))
        {
            // They wait for the lock together, so that they are one batch, but for the first.
            (good, refused) = (test.Sink.Audit.LogAsync(Entry("good")), test.Sink.Audit.LogAsync(bad));
            (copy, more) = (test.Sink.Audit.CopyAsync([Entry("with-it"), bad]), test.Sink.Audit.CopyAsync([Entry("copied")]));
        }

        await Task.WhenAll(good, more);
        Assert.True((await Assert.ThrowsAsync<AuditUnavailableException>(() => refused)).IsOfEntry);
        var told = await Assert.ThrowsAsync<AuditUnavailableException>(() => copy);
        Assert.True(told.IsOfEntry);
        Assert.Contains("audit_log.component", told.Message, StringComparison.Ordinal);
        Assert.Equal(["copied", "good"], (await test.Reader.AuditAsync(new AuditQuery())).Select(e => e.Action).Order());
        await test.Sink.FlushAsync();

        // The one whose caller was told is counted; the copy is where it was.
        Assert.Equal(new LossRow("api", "audit", 3, 2, 0, 1, 0), await test.LossAsync("audit"));
    }

    [Fact]
    public async Task A_full_file_takes_no_copy_and_counts_nothing_until_there_is_room()
    {
        TelemetrySinkOptions options = null!;
        await using var test = new TestSink();
        await test.Sink.FlushAsync();
        await test.ReopenAsync(o => (options, o.MaxPages) = (o, 1));
        var large = Entry("large");
        large.Parameters = $"\"{new string('x', 100_000)}\"";
        Assert.False((await Assert.ThrowsAsync<AuditUnavailableException>(() => test.Sink.Audit.CopyAsync([large]))).IsOfEntry);
        await Assert.ThrowsAsync<AuditUnavailableException>(() => test.Sink.Audit.LogAsync(large));

        options.MaxPages = 0;
        await test.Sink.Audit.CopyAsync([large]);
        await test.Sink.FlushAsync();
        Assert.Equal(1, await CountAsync(test));

        // The one whose caller was told.
        Assert.Equal(new LossRow("api", "audit", 2, 1, 0, 1, 0), await test.LossAsync("audit"));
        Assert.Equal(("refused", 1), (await test.Reader.LossReasonsAsync()).Where(r => r.Stream == "audit").Select(r => (r.Reason, r.Rows))
            .Single());
    }

    [Fact]
    public async Task The_entry_of_a_note_on_an_alert_is_there_exactly_when_the_note_is()
    {
        await using var test = new TestSink();
        Assert.False(await test.Sink.AcknowledgeAlertAsync("latency", "api", "Olga", audit: Entry("none")));
        var now = test.Time.GetUtcNow();
        await test.Sink.RaiseAlertAsync(
            new AlertRow
            {
                Rule = "latency",
                Subject = "api",
                Severity = "critical",
                Summary = "slow",
                State = AlertState.Firing,
                OpenedAt = now,
                UpdatedAt = now
            });
        Assert.True(await test.Sink.AcknowledgeAlertAsync("latency", "api", "Olga", audit: Entry("noted")));

        Assert.Equal("noted", Assert.Single(await test.Reader.AuditAsync(new AuditQuery())).Action);
        Assert.Equal("Olga", Assert.Single(await test.Reader.AlertsAsync()).AcknowledgedBy);
    }

    private static AuditEntry Entry(string action) => new() { Component = "tests", Action = action };

    private static async Task<long> CountAsync(TestSink test)
    {
        var count = 0;
        while (await test.Reader.AuditAsync(new AuditQuery { Limit = 1_000, Offset = count }) is { Count: > 0 } page)
        {
            count += page.Count;
        }

        return count;
    }
}
