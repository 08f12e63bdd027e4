using System.Text;
using Orion.Sink.Central;
using Orion.Sink.Otlp;
using Orion.Sink.Rows;
using Orion.Sink.Writing;

namespace Orion.Sink.Tests;

/// <summary>Who sends OTLP is known by what it sends, over restarts and whichever process takes it, and nobody displaces others.</summary>
public sealed class OtlpProcessTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_process_is_one_row_with_what_was_taken_of_each_signal()
    {
        await using var test = new TestSink();
        var (ingest, sender) = (new OtlpIngest(test.Time), new OtlpSender("shops") { Services = ["shop"] });
        const string Resource = """
            {"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}},
             {"key":"host.name","value":{"stringValue":"web-1"}},{"key":"service.instance.id","value":{"stringValue":"shop-7"}}]},
            """;
        var at = test.Now;
        Send(OtlpSignal.Traces, $$"""
            {"resourceSpans":[{{Resource}} "scopeSpans":[
             {"scope":{"name":"a"},"spans":[{{Span(1)}},{{Span(2)}},{"traceId":"00","spanId":"00","name":"refused"}]},
             {"scope":{"name":"b"},"spans":[{{Span(3)}}]}]}]}
            """);
        Send(OtlpSignal.Logs, """
            {"resourceLogs":[
            """ + Resource + """
            "scopeLogs":[{"logRecords":[{"body":{"stringValue":"x"}}]}]}]}
            """);

        // The first of a series of totals adds nothing that could be stored, and is a sign of life all the same.
        Send(OtlpSignal.Metrics, """
            {"resourceMetrics":[
            """ + Resource + """
            "scopeMetrics":[{"metrics":[{"name":"total","sum":{"aggregationTemporality":2,"dataPoints":[{"asInt":"5"}]}}]}]}]}
            """);
        Send(OtlpSignal.Traces, "{}");
        await test.Sink.FlushAsync();

        var process = Assert.Single(await test.Reader.OtlpProcessesAsync());
        Assert.Equal(("shops", "shop", "shop-7", "web-1"), (process.Sender, process.Service, process.Instance, process.Host));
        Assert.Equal((3, 1, 1), (process.Spans, process.MetricPoints, process.LogRecords));
        Assert.Equal((TestSink.Start, TestSink.Start), (process.FirstHeard, process.LastHeard));

        void Send(OtlpSignal signal, string json) =>
            test.Sink.Record(ingest.Read(signal, sender, OtlpEncoding.Json, Encoding.UTF8.GetBytes(json)));

        string Span(int id) => $$"""
            {"traceId":"{{id:x32}}","spanId":"{{id:x16}}","name":"x","startTimeUnixNano":"{{at}}","endTimeUnixNano":"{{at}}"}
            """;
    }

    [Fact]
    public async Task Without_an_instance_id_host_and_process_id_tell_processes_apart_and_without_those_nothing_does()
    {
        await using var test = new TestSink();
        foreach (var pid in new[] { 41L, 42L, 42L })
        {
            Hear(test.Sink, attributes: [new("host.name", "web-1"), new("process.pid", pid)]);
        }

        Hear(test.Sink, attributes: [new("host.name", "web-2")]);
        Hear(test.Sink, attributes: [new("process.pid", 7L), new("service.instance.id", "")]);
        Hear(test.Sink, attributes: [new("service.instance.id", 12L)]);
        await test.Sink.FlushAsync();

        Assert.Equal(
            [("", "-", 1), ("", "12", 1), ("web-1", "web-1:41", 1), ("web-1", "web-1:42", 2), ("web-2", "-", 1)],
            (await test.Reader.OtlpProcessesAsync()).Select(p => (p.Host, p.Instance, (int)p.LogRecords)));
    }

    [Fact]
    public async Task One_is_silent_after_three_times_its_usual_gap_and_an_outage_does_not_become_usual()
    {
        await using var test = new TestSink();
        await HearEveryAsync(TimeSpan.FromSeconds(15), 8);
        Assert.Equal(TimeSpan.FromMinutes(3), (await OnlyAsync(test)).SilentAfter);
        test.Time.Advance(TimeSpan.FromMinutes(3));
        Assert.False(await IsSilentAsync());
        test.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await IsSilentAsync());

        // One that comes every five minutes, sometimes many times at once, is expected within fifteen.
        test.Time.Advance(TimeSpan.FromMinutes(5));
        await HearEveryAsync(TimeSpan.FromMinutes(5), 12);
        await HearEveryAsync(TimeSpan.FromSeconds(1), 30);
        Assert.InRange((await OnlyAsync(test)).SilentAfter, TimeSpan.FromMinutes(12), TimeSpan.FromMinutes(15));
        test.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.False(await IsSilentAsync());

        test.Time.Advance(TimeSpan.FromMinutes(30));
        await HearEveryAsync(s_minute, 30);
        Assert.Equal(TimeSpan.FromMinutes(3), (await OnlyAsync(test)).SilentAfter);

        async Task HearEveryAsync(TimeSpan interval, int times)
        {
            for (var i = 0; i < times; i++)
            {
                test.Time.Advance(interval);
                Hear(test.Sink);
                await test.Sink.FlushAsync();
            }
        }

        async Task<bool> IsSilentAsync() => (await OnlyAsync(test)).IsSilent(test.Time.GetUtcNow());
    }

    [Fact]
    public async Task It_is_the_same_row_after_a_restart_and_whichever_of_two_processes_takes_what_it_sends()
    {
        await using var test = new TestSink();
        await using (var other = test.Open("api-2"))
        {
            for (var i = 0; i < 5; i++)
            {
                test.Time.Advance(s_minute);
                Hear(test.Sink);
                Hear(other, records: 10);
                await Task.WhenAll(test.Sink.FlushAsync(), other.FlushAsync());
            }
        }

        await test.ReopenAsync();
        test.Time.Advance(s_minute);
        Hear(test.Sink);
        await test.Sink.FlushAsync();
        var process = await OnlyAsync(test);
        Assert.Equal((56, TestSink.Start + s_minute, TestSink.Start + (6 * s_minute)),
            (process.LogRecords, process.FirstHeard, process.LastHeard));
        Assert.Equal(s_minute, process.UsualGap);
    }

    [Fact]
    public async Task What_a_transaction_that_failed_did_not_write_the_next_one_does_once()
    {
        await using var test = new TestSink();
        using var file = new CentralFile(test.Directory);
        var heard = new HeardProcesses(test.Time);
        heard.Note(Heard(records: 3));
        heard.Collect();
        Assert.Throws<InvalidOperationException>(() => file.Database.InTransaction(() =>
        {
            heard.Write(file.Database);
            throw new InvalidOperationException("as when the disk is full");
        }));

        test.Time.Advance(s_minute);
        heard.Note(Heard(records: 5));
        for (var i = 0; i < 3; i++)
        {
            heard.Collect();
            file.Database.InTransaction(() => heard.Write(file.Database));
            heard.Committed();
        }

        var process = await OnlyAsync(test);
        Assert.Equal((8, TestSink.Start, TestSink.Start + s_minute), (process.LogRecords, process.FirstHeard, process.LastHeard));
        Assert.False(heard.HasRows);
    }

    [Fact]
    public async Task A_key_that_makes_up_names_keeps_its_latest_and_displaces_nobody_elses()
    {
        await using var test = new TestSink();
        Hear(test.Sink, "quiet", "only");
        for (var i = 0; i < 450; i++)
        {
            Hear(test.Sink, "loud", $"p{i}");
            if (i % 150 == 149)
            {
                await test.Sink.FlushAsync();
                test.Time.Advance(s_minute);
            }
        }

        var all = await test.Reader.OtlpProcessesAsync();
        Assert.Equal("only", all.Single(p => p.Sender == "quiet").Instance);
        var loud = all.Where(p => p.Sender == "loud").Select(p => int.Parse(p.Instance[1..])).Order();
        Assert.Equal(Enumerable.Range(250, OtlpProcessTable.MaxOfSender), loud);

        // Within one flush too.
        for (var i = 0; i < 450; i++)
        {
            Hear(test.Sink, "burst", $"p{i}");
        }

        await test.Sink.FlushAsync();
        all = await test.Reader.OtlpProcessesAsync();
        Assert.Equal([("burst", 200), ("loud", 200), ("quiet", 1)], Counts(all));
    }

    [Fact]
    public async Task Where_all_keys_have_more_than_there_is_room_for_those_that_have_most_give_way()
    {
        await using var test = new TestSink();
        (string, int)[] senders = [("few", 3), ("some", 150), .. Enumerable.Range(1, 5).Select(i => ($"loud-{i}", 200))];
        foreach (var (sender, processes) in senders)
        {
            for (var i = 0; i < processes; i++)
            {
                Hear(test.Sink, sender, $"p{i}");
            }

            await test.Sink.FlushAsync();
            test.Time.Advance(s_minute);
        }

        Assert.Equal(
            [("few", 3), ("loud-1", 169), ("loud-2", 169), ("loud-3", 169), ("loud-4", 169), ("loud-5", 169), ("some", 150)],
            Counts(await test.Reader.OtlpProcessesAsync()));
    }

    [Fact]
    public async Task A_name_is_cut_and_one_heard_a_day_ago_is_not_listed()
    {
        await using var test = new TestSink();
        var name = new string('x', HeardProcesses.MaxText - 1) + "\U0001F600" + new string('y', 5_000);
        Hear(test.Sink, "k", name);
        await test.Sink.FlushAsync();
        Assert.Equal(name[..(HeardProcesses.MaxText - 1)], (await OnlyAsync(test)).Instance);
        test.Time.Advance(TimeSpan.FromDays(1));
        Assert.Single(await test.Reader.OtlpProcessesAsync());
        test.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(await test.Reader.OtlpProcessesAsync());
    }

    private static IEnumerable<(string, int)> Counts(IReadOnlyList<OtlpProcess> processes) =>
        processes.GroupBy(p => p.Sender).Select(g => (g.Key, g.Count())).OrderBy(c => c.Key, StringComparer.Ordinal);

    private static async Task<OtlpProcess> OnlyAsync(TestSink test) => Assert.Single(await test.Reader.OtlpProcessesAsync());

    private static void Hear(TelemetrySink sink, string sender = "key", string instance = "shop-1", int records = 1,
        KeyValuePair<string, object?>[]? attributes = null) =>
        sink.Record(Heard(sender, instance, records, attributes));

    private static OtlpHeard Heard(string sender = "key", string instance = "shop-1", int records = 1,
        KeyValuePair<string, object?>[]? attributes = null) => new(
            new ResourceRow(attributes ?? [new("service.instance.id", instance)]) { Sender = sender }, "shop", OtlpSignal.Logs, records);
}
