using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orion.Sink.Alerts;
using Orion.Sink.Audit;
using Orion.Sink.Reading;
using Orion.Store.Jobs;

namespace Orion.OpsPanel.Tests;

public sealed class ActTests
{
    [Theory]
    [InlineData("anonymous", 401)]
    [InlineData("viewer", 403)]
    [InlineData("operator", 303)]
    [InlineData("admin", 303)]
    public async Task Only_who_may_act_redrives_a_dead_job(string role, int expected)
    {
        await using var host = await PanelHost.StartAsync();
        var job = await DeadJobAsync(host);
        var client = role == "anonymous" ? host.Anonymous() : await host.SignInAsync(role);
        var token = await client.FormTokenAsync();
        using var answer = await client.PostFormAsync("/admin/ops/acts/redrive", (FormClient.Field, token), ("job", job));
        Assert.Equal(expected, (int)answer.StatusCode);
        var depth = (await host.App.Services.GetRequiredService<JobQueue>().DepthAsync()).Single();
        Assert.Equal(expected == 303 ? (1, 0) : (0, 1), (depth.Ready, depth.Dead));
        Assert.Equal(expected == 303, host.Logs.Lines.Any(l => l.Event == "ops.job_redriven"));
        var reader = host.App.Services.GetRequiredService<TelemetryReader>();
        List<(string Action, string Status)> audited = [];
        await Eventually.TrueAsync(
            async () =>
            {
                audited = [.. (await reader.AuditAsync(new AuditQuery())).Select(e => (e.Action, e.Status))];
                return audited.Count == (role == "anonymous" ? 0 : 2);
            },
            "its entries are in the audit log");
        Assert.Equal(expected == 303, audited.Contains(("ops.job_redriven", "success")));
        Assert.Equal(expected == 403, audited.Contains(("ops.forbidden", "error")));
        Assert.Equal(role != "anonymous", audited.Contains(("ops.login", "success")));
    }

    [Fact]
    public async Task A_dead_job_shows_its_cause_and_a_button_for_operators_only()
    {
        await using var host = await PanelHost.StartAsync();
        await DeadJobAsync(host);
        var html = await (await host.SignInAsync("operator")).GetStringAsync("/admin/ops/overview");
        Assert.Contains("node_gone", html, StringComparison.Ordinal);
        Assert.Contains("form=\"act-redrive\"", html, StringComparison.Ordinal);
        Assert.Contains("<form id=\"act-redrive\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<form id=\"act-redrive\"", await (await host.SignInAsync("viewer"))
            .GetStringAsync("/admin/ops/overview"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alert_is_acknowledged_and_silenced_under_the_name_of_who_did_it()
    {
        await using var host = await PanelHost.StartAsync();
        var now = DateTimeOffset.UtcNow;
        await host.Sink.RaiseAlertAsync(new AlertRow
        {
            Rule = "heartbeat_stale",
            Subject = "worker:1",
            Severity = "critical",
            Summary = "worker is silent",
            OpenedAt = now,
            UpdatedAt = now,
        });
        var client = await host.SignInAsync("operator", "Olga");
        using var acknowledged = await client.ActAsync("/admin/ops/acts/acknowledge", ("alert", "heartbeat_stale:worker:1"));
        Assert.Equal(HttpStatusCode.SeeOther, acknowledged.StatusCode);
        Assert.Contains("acknowledged by Olga", await client.GetStringAsync("/admin/ops/overview"), StringComparison.Ordinal);
        using var silenced = await client.ActAsync("/admin/ops/acts/silence", ("alert", "heartbeat_stale:worker:1"));
        Assert.Contains("silent until", await client.GetStringAsync("/admin/ops/overview"), StringComparison.Ordinal);
        using var unknown = await client.ActAsync("/admin/ops/acts/acknowledge", ("alert", "no_such:rule"));
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    internal static async Task<string> DeadJobAsync(PanelHost host)
    {
        var jobs = host.App.Services.GetRequiredService<JobQueue>();
        await host.Store.WriteAsync(tx => tx.EnqueueAsync(new JobRequest { Kind = "order.provision", Subject = "order/or_1" }));
        var lease = (await jobs.ClaimAsync("w1", ["order.provision"], 1)).Single();
        await jobs.BuryAsync(lease, "node_gone", "No node has room.");
        return lease.Id;
    }
}
