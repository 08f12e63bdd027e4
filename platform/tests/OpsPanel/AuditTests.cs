using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orion.Sink.Alerts;
using Orion.Sink.Audit;
using Orion.Sink.Reading;

namespace Orion.OpsPanel.Tests;

/// <summary>Who did what on the panel is in the audit log, whatever happens to the telemetry meanwhile.</summary>
public sealed class AuditTests
{
    [Fact]
    public async Task An_act_says_who_did_it_and_what_was_before_and_is_now()
    {
        await using var host = await PanelHost.StartAsync();
        var olga = await host.SignInAsync("admin", "Olga");
        var job = await ActTests.DeadJobAsync(host);
        await RaiseAsync(host);
        (await olga.ActAsync("/admin/ops/acts/redrive", ("job", job))).Dispose();
        (await olga.ActAsync("/admin/ops/acts/acknowledge", ("alert", "heartbeat_stale:worker:1"))).Dispose();
        (await olga.ActAsync("/admin/ops/acts/silence", ("alert", "heartbeat_stale:worker:1"))).Dispose();
        (await olga.ActAsync("/admin/ops/people/links", ("name", "Bob"), ("role", "viewer"))).Dispose();
        await host.SignInAsync("viewer", "Eve");
        var eve = (await host.Sessions.ListAsync()).Single(s => s.Name == "Eve");
        (await olga.ActAsync("/admin/ops/people/end", ("session", eve.Id))).Dispose();
        (await olga.ActAsync("/admin/ops/logout")).Dispose();

        var entries = await AuditedAsync(host, 8);
        Assert.All(entries, e => Assert.Equal(("ops-panel", "success"), (e.Component, e.Status)));
        Assert.All(entries.Where(e => e.User == "Olga"), e => Assert.StartsWith("os_", e.Session, StringComparison.Ordinal));
        Assert.Equal(
            [
                ("Olga", "ops.login", "signed_out", "signed_in"), ("Olga", "ops.job_redriven", "dead", "ready"),
                ("Olga", "ops.alert_noted", "firing", "acknowledged"), ("Olga", "ops.alert_noted", "acknowledged", "silenced for 1 h"),
                ("Olga", "ops.link_created", null, "redeemable"), ("Eve", "ops.login", "signed_out", "signed_in"),
                ("Olga", "ops.session_ended", "signed_in", "ended"), ("Olga", "ops.logout", "signed_in", "signed_out"),
            ],
            entries.Select(e => (e.User, e.Action, Metadata(e, "status_from"), Metadata(e, "status_to"))));
        Assert.Contains(eve.Id, entries[6].Parameters, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Acts_go_on_while_the_telemetry_store_is_held_and_their_entries_are_there_once_when_it_is_free()
    {
        await using var host = await PanelHost.StartAsync();
        var olga = await host.SignInAsync("admin", "Olga");
        using (new HeldDatabase(Path.Combine(host.TelemetryFolder, "telemetry.db")))
        {
            for (var i = 0; i < 5; i++)
            {
                using var made = await olga.ActAsync("/admin/ops/people/links", ("name", $"N{i}"), ("role", "viewer"));
                Assert.Equal(HttpStatusCode.OK, made.StatusCode);
            }

            using var wrong = await host.Anonymous().GetAsync("/admin/ops/login?t=nobody-knows-this-token");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        var entries = await AuditedAsync(host, 7);
        Assert.Equal(5, entries.Count(e => e.Action == "ops.link_created"));
        Assert.Single(entries, e => e.Action == "ops.login_refused");
    }

    [Fact]
    public async Task A_note_on_an_alert_that_cannot_be_stored_is_not_done_and_says_so()
    {
        await using var host = await PanelHost.StartAsync();
        await RaiseAsync(host);
        var olga = await host.SignInAsync("operator", "Olga");
        await AuditedAsync(host, 1);
        using (new HeldDatabase(Path.Combine(host.TelemetryFolder, "telemetry.db")))
        {
            using var refused = await olga.ActAsync("/admin/ops/acts/acknowledge", ("alert", "heartbeat_stale:worker:1"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Contains("does not take writes", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var done = await olga.ActAsync("/admin/ops/acts/acknowledge", ("alert", "heartbeat_stale:worker:1"));
        Assert.Equal(HttpStatusCode.SeeOther, done.StatusCode);
        Assert.Single(await AuditedAsync(host, 2), e => e.Action == "ops.alert_noted");
    }

    [Fact]
    public async Task Entries_that_were_not_copied_before_the_end_are_by_the_next_start()
    {
        using var folder = new TempFolder();
        await using (var before = await PanelHost.StartInAsync(folder))
        {
            using var held = new HeldDatabase(folder.File("telemetry/telemetry.db"));
            await before.SignInAsync("admin", "Olga");
            await before.App.StopAsync();
        }

        await using var after = await PanelHost.StartInAsync(folder);
        Assert.Equal("Olga", Assert.Single(await AuditedAsync(after, 1)).User);
    }

    [Fact]
    public async Task An_entry_that_the_log_can_never_take_is_set_aside_told_and_shown_and_holds_up_no_other()
    {
        await using var host = await PanelHost.StartAsync();
        var checks = host.App.Services.GetRequiredService<HealthCheckService>();
        Assert.Equal(HealthStatus.Healthy, (await checks.CheckHealthAsync()).Status);
        string[] bad =
        [
            """{"Action":"without.component"}""",
            """{"Component":null,"Action":"of.nobody"}""",
            """{"Component":"x","Action":"y","Time":"soon"}""",
        ];
        await host.Store.WriteAsync(async tx =>
        {
            foreach (var entry in bad)
            {
                await tx.AppendAuditEntryAsync(entry);
                await tx.AppendAuditEntryAsync("""{"Component":"ops-panel","Action":"in.order"}""");
            }
        });
        var olga = await host.SignInAsync("admin", "Olga");

        var entries = await AuditedAsync(host, 4);
        Assert.Equal(["in.order", "in.order", "in.order", "ops.login"], entries.Select(e => e.Action).Order());
        await host.SettledAsync();
        var aside = await host.Store.ReadAsync(tx => tx.AuditSetAsideAsync(10));
        Assert.Equal(bad, aside.Newest.Reverse().Select(e => e.Entry));
        Assert.Equal(3, aside.Count);
        Assert.Contains("audit_log.component", aside.Newest[1].Reason, StringComparison.Ordinal);
        Assert.Contains("$.Time", aside.Newest[0].Reason, StringComparison.Ordinal);

        var lines = host.Logs.Lines.Where(l => l.Event == "audit.set_aside").ToList();
        Assert.All(aside.Newest, e => Assert.Single(lines, l => l.Message.Contains($"position {e.Position} ", StringComparison.Ordinal)));
        Assert.DoesNotContain(host.Logs.Lines, l => l.Event == "audit.not_copied");

        var health = await checks.CheckHealthAsync();
        Assert.Equal(HealthStatus.Degraded, health.Entries["audit"].Status);
        Assert.Contains($"the last at position {aside.Newest[0].Position}", health.Entries["audit"].Description, StringComparison.Ordinal);
        var page = await olga.GetStringAsync("/admin/ops/health");
        Assert.All(aside.Newest, e => Assert.Contains($"aside-{e.Position}", page, StringComparison.Ordinal));
        Assert.Contains("audit_log.component", page, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<AuditEntry>> AuditedAsync(PanelHost host, int count)
    {
        var reader = host.App.Services.GetRequiredService<TelemetryReader>();
        IReadOnlyList<AuditEntry> entries = [];
        await Eventually.TrueAsync(
            async () => (entries = await reader.AuditAsync(new AuditQuery { Order = AuditOrder.Oldest })).Count >= count,
            $"{count} audit entries");
        Assert.Equal(count, entries.Count);
        return entries;
    }

    private static async Task RaiseAsync(PanelHost host)
    {
        var now = DateTimeOffset.UtcNow;
        Assert.True(await host.Sink.RaiseAlertAsync(new AlertRow
        {
            Rule = "heartbeat_stale",
            Subject = "worker:1",
            Severity = "critical",
            Summary = "worker is silent",
            State = AlertState.Firing,
            OpenedAt = now,
            UpdatedAt = now,
        }));
    }

    private static string? Metadata(AuditEntry entry, string key) =>
        JsonDocument.Parse(entry.Metadata!).RootElement.TryGetProperty(key, out var value) ? value.GetString() : null;
}
