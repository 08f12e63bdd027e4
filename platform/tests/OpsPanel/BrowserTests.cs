using Deque.AxeCore.Playwright;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Orion.Sink.Reading;

namespace Orion.OpsPanel.Tests;

public sealed class BrowserTests(Chromium chromium) : IClassFixture<Chromium>
{
    [BrowserFact]
    public async Task A_request_appears_live_and_its_waterfall_opens()
    {
        await using var host = await PanelHost.StartAsync();
        var page = await chromium.SignInAsync(host);
        await Assertions.Expect(page).ToHaveURLAsync(new Uri(host.Address, "/admin/ops/overview").ToString());
        await Assertions.Expect(page.Locator("#live-state")).ToHaveTextAsync("Live");
        await page.EvaluateAsync("window.sameDocument = true");

        await page.GetByRole(AriaRole.Link, new() { Name = "Traces", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("No request or job has been recorded yet.")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#ov-figures")).ToHaveCountAsync(0);
        var (request, _, _) = Rows.Story(host.Sink, DateTimeOffset.UtcNow);
        var row = page.Locator($"#t-{request.SpanId}");
        await Assertions.Expect(row).ToContainTextAsync("POST /v1/projects/{projectId}/orders");

        await row.GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(page.Locator(".wf-bars rect.bar")).ToHaveCountAsync(11);
        await Assertions.Expect(page.GetByText("Started process 52113")).ToBeVisibleAsync();
        await page.Locator(".wf-names").GetByText("worker.nodes.place").ClickAsync();
        await Assertions.Expect(page.Locator("#span-details h2")).ToContainTextAsync("worker.nodes.place");
        Assert.True(await page.EvaluateAsync<bool>("window.sameDocument === true"), "the page was reloaded");

        await page.GoBackAsync();
        await page.GoBackAsync();
        await Assertions.Expect(row).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<bool>("window.sameDocument === true"), "going back reloaded the page");
    }

    [BrowserFact]
    public async Task A_row_stays_under_the_pointer_that_presses_it_and_what_came_meanwhile_is_shown_after()
    {
        await using var host = await PanelHost.StartAsync();
        var now = DateTimeOffset.UtcNow;
        var (request, _, _) = Rows.Story(host.Sink, now);
        await host.Sink.FlushAsync();
        var page = await chromium.SignInAsync(host);
        await page.AddInitScriptAsync(
            """
            window.heard = 0;
            const add = EventSource.prototype.addEventListener;
            EventSource.prototype.addEventListener = function (name, handler) {
              add.call(this, name, event => { handler(event); window.heard++; });
            };
            """);
        await page.GotoAsync(new Uri(host.Address, "/admin/ops/traces").ToString());
        var link = page.Locator($"#t-{request.SpanId}").GetByRole(AriaRole.Link);
        Task HearsAsync(int before) =>
            Eventually.TrueAsync(async () => await page.EvaluateAsync<int>("heard") > before, "the page hears of it");
        await HearsAsync(1); // It is open, and has sent its first picture.
        var box = (await link.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + 5, box.Y + (box.Height / 2));
        await page.Mouse.DownAsync();
        var heard = await page.EvaluateAsync<int>("heard");
        var later = Rows.Request(now.AddSeconds(1), 3);
        host.Sink.Record(later);
        await HearsAsync(heard);
        await Assertions.Expect(page.Locator($"#t-{later.SpanId}")).ToHaveCountAsync(0);

        await page.Mouse.MoveAsync(5, 5);
        await page.Mouse.UpAsync();
        await Assertions.Expect(page.Locator($"#t-{later.SpanId}")).ToHaveCountAsync(1);

        box = (await link.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + 5, box.Y + (box.Height / 2));
        await page.Mouse.DownAsync();
        heard = await page.EvaluateAsync<int>("heard");
        host.Sink.Record(Rows.Request(now.AddSeconds(2), 3));
        await HearsAsync(heard);
        await page.Mouse.UpAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Uri(host.Address, $"/admin/ops/traces/{request.TraceId}").ToString());
    }

    [BrowserFact]
    public async Task Logs_filter_as_one_types_and_keep_what_is_open_and_focused()
    {
        await using var host = await PanelHost.StartAsync();
        var now = DateTimeOffset.UtcNow;
        var failure = Rows.Log(now, "Payment failed", LogLevel.Error);
        failure.Exception = "System.InvalidOperationException: no such card";
        host.Sink.Record(failure);
        host.Sink.Record(Rows.Log(now, "All is well"));
        await host.Sink.FlushAsync();
        var page = await chromium.SignInAsync(host);
        await page.GetByRole(AriaRole.Link, new() { Name = "Logs", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".log li")).ToHaveCountAsync(2);
        await page.GetByText("exception", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("no such card")).ToBeVisibleAsync();

        var search = page.GetByLabel("Contains");
        await search.PressSequentiallyAsync("payment");
        await Assertions.Expect(page.Locator(".log li")).ToHaveCountAsync(1);
        await Assertions.Expect(page).ToHaveURLAsync(new Uri(host.Address, "/admin/ops/logs?q=payment").ToString());
        host.Sink.Record(Rows.Log(now.AddSeconds(1), "Another payment came in"));
        await Assertions.Expect(page.Locator(".log li")).ToHaveCountAsync(2);
        await Assertions.Expect(page.GetByText("no such card")).ToBeVisibleAsync();
        await Assertions.Expect(search).ToBeFocusedAsync();
        await Assertions.Expect(search).ToHaveValueAsync("payment");

        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Assertions.Expect(page.Locator("#live-state")).ToHaveTextAsync("Paused");
        await page.GetByLabel("Level").SelectOptionAsync("error");
        await Assertions.Expect(page.Locator(".log li")).ToHaveCountAsync(1);
        await page.ReloadAsync();
        await Assertions.Expect(page.GetByLabel("Level")).ToHaveValueAsync("error");
    }

    [BrowserFact]
    public async Task The_page_says_so_when_its_session_ends()
    {
        await using var host = await PanelHost.StartAsync();
        var page = await chromium.SignInAsync(host, "viewer");
        await Assertions.Expect(page.Locator("#live-state")).ToHaveTextAsync("Live");
        var admin = await host.SignInAsync("admin", "Ada");
        var session = (await host.Sessions.ListAsync()).Single(s => s.Name == "Robin").Id;
        using var ended = await admin.ActAsync("/admin/ops/people/end", ("session", session));
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to the ops panel" })).ToBeVisibleAsync();
    }

    [BrowserTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whoever_may_act_does_and_signs_out_and_back_in_with_script_or_without(bool script)
    {
        await using var host = await PanelHost.StartAsync();
        await ActTests.DeadJobAsync(host);
        var page = await chromium.SignInAsync(host, "admin", script: script);
        var redrive = page.GetByRole(AriaRole.Button, new() { Name = "Redrive" });
        await redrive.ClickAsync();
        await Assertions.Expect(redrive).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Link, new() { Name = "People" }).ClickAsync();
        await page.GetByLabel("For whom").FillAsync("Olga");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make link" }).ClickAsync();
        var link = await page.Locator("#login-link").TextContentAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByLabel("Or paste the token here").FillAsync(link!.Split("t=")[1]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(page.Locator(".who")).ToContainTextAsync("Olga");
        Assert.Equal(["Olga"], (await host.Sessions.ListAsync()).Select(s => s.Name));
    }

    [BrowserFact]
    public async Task Without_script_tabs_and_filters_are_links_and_forms()
    {
        await using var host = await PanelHost.StartAsync();
        Rows.Story(host.Sink, DateTimeOffset.UtcNow);
        await host.Sink.FlushAsync();
        var client = await host.SignInAsync("viewer");
        (string, string)[] pages =
            [("overview", "Request rate"), ("traces", "order.provision"), ("logs", "Placed order"), ("health", "panel-test")];
        foreach (var (path, expected) in pages)
        {
            Assert.Contains(expected, await client.GetStringAsync($"/admin/ops/{path}"), StringComparison.Ordinal);
        }
    }

    [BrowserTheory]
    [InlineData(ColorScheme.Light, 1280, 900)]
    [InlineData(ColorScheme.Dark, 375, 812)]
    public async Task Every_page_passes_axe_fits_the_screen_and_keeps_to_its_policy(ColorScheme scheme, int width, int height)
    {
        await using var host = await PanelHost.StartAsync();
        var (request, _, _) = Rows.Story(host.Sink, DateTimeOffset.UtcNow, failure: "node_gone");
        host.Sink.Record(Rows.Beat("api", DateTimeOffset.UtcNow));
        host.Sink.Record(Rows.Beat("worker", DateTimeOffset.UtcNow.AddMinutes(-5)));
        host.Sink.Record(Rows.Log(DateTimeOffset.UtcNow, "Something failed", LogLevel.Error));
        host.Sink.Metrics.Record(Rows.Latency("web-1"));
        host.Sink.Record(Rows.Heard("worker-1"));
        host.Sink.Record(Rows.Heard(new string('x', 300)));
        await host.Sink.FlushAsync();
        var page = await chromium.SignInAsync(host, "admin", width, height, scheme);
        List<string> complaints = [];
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                complaints.Add(message.Text);
            }
        };
        string[] pages =
            ["overview", "traces", $"traces/{request.TraceId}", "logs", "metrics", "metrics?name=shop.latency", "health", "people"];
        foreach (var path in pages)
        {
            await page.GotoAsync(new Uri(host.Address, $"/admin/ops/{path}").ToString());
            var result = await page.RunAxe();
            complaints.AddRange(
                result.Violations.Select(v => $"{path}: {v.Id}: {v.Help}: {string.Join(", ", v.Nodes.Select(n => n.Html))}"));
            const string TooWide = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
            if (await page.EvaluateAsync<int>(TooWide) is > 0 and var over)
            {
                complaints.Add($"{path}: scrolls sideways by {over} px");
            }
        }

        Assert.Empty(complaints);
        await page.Context.ClearCookiesAsync();
        await page.GotoAsync(new Uri(host.Address, "/admin/ops/").ToString());
        Assert.Empty((await page.RunAxe()).Violations);
    }
}
