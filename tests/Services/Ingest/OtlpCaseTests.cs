using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orion.Sink.Otlp;
using Orion.Sink.Reading;
using Orion.Sink.Rows;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>What senders of telemetry really send, and what becomes of it.</summary>
[Trait("Store", "once")]
public sealed class OtlpCaseTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private readonly ApiUnderTest _api = shared.Api;

    private TelemetryReader Reader => _api.App.Services.GetRequiredService<TelemetryReader>();

    [Theory]
    [InlineData("surrogate \\ud83d", "surrogate \uFFFD")]
    [InlineData("other half \\udc00!", "other half \uFFFD!")]
    [InlineData("halves \\udc00\\ud83d", "halves \uFFFD\uFFFD")]
    [InlineData("whole \\ud83d\\ude00", "whole \U0001F600")]
    [InlineData("byte \u00ff", "byte \uFFFD")]
    public async Task Text_that_is_no_text_is_repaired_and_its_neighbours_are_stored(string sent, string stored)
    {
        var name = Guid.NewGuid().ToString("N");
        var body = OtlpCalls.Logs($$$"""{"body":{"stringValue":"{{{sent}}} {{{name}}}"}},""" +
            $$$"""{"body":{"stringValue":"neighbour {{{name}}}"},"attributes":[""" +
            $$$"""{"key":"{{{sent}}}","value":{"stringValue":"{{{sent}}}"}}]}""");

        // In this encoding U+00FF is the byte FF.
        using var answer = await _api.Client().SendAsync(OtlpCalls.Request(OtlpSignal.Logs, Encoding.Latin1.GetBytes(body), json: true));

        Assert.Equal((HttpStatusCode.OK, "{}"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        var rows = await LogsAsync(name, 2);
        Assert.Equal([$"neighbour {name}", $"{stored} {name}"], rows.Select(r => r.Message).OrderBy(m => !m.StartsWith('n'))
            .ThenBy(m => m, StringComparer.Ordinal));
        Assert.Equal((stored, stored), rows.SelectMany(r => r.Attributes).Select(a => (a.Key, (string)a.Value!)).Single());
    }

    [Theory]
    [InlineData("""{"doubleValue":"NaN"}""", "NaN")]
    [InlineData("""{"doubleValue":"-Infinity"}""", "-Infinity")]
    [InlineData("""{"kvlistValue":{"values":[{"key":"n","value":{"doubleValue":"NaN"}},""" +
        """{"key":"l","value":{"arrayValue":{"values":[{"doubleValue":"Infinity"},{"intValue":"1e3"}]}}}]}}""",
        """{"n":"NaN","l":["Infinity",1000]}""")]
    public async Task A_number_that_is_none_is_stored_in_a_body(string value, string stored)
    {
        var name = Guid.NewGuid().ToString("N");
        var record = $$$"""{"body":{{{value}}},"attributes":[{"key":"name","value":{"stringValue":"{{{name}}}"}}]}""";
        var (status, answer) = await _api.SendAsync(OtlpSignal.Logs, OtlpCalls.Logs(record));

        Assert.Equal((200, null), (status, answer.Told()));
        await Eventually.TrueAsync(
            async () => (await Reader.LogsAsync(new LogQuery { Text = stored, Limit = 1_000 })).Items
                .Any(l => l.Message == stored && l.Attributes.Any(a => (string?)a.Value == name)),
            "the record is stored");
    }

    [Fact]
    public async Task The_forms_of_ProtoJSON_are_taken_and_null_is_unset()
    {
        var name = Guid.NewGuid().ToString("N");
        var trace = Guid.NewGuid().ToString("N");
        var now = (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000m / 1e18m)
            .ToString("F12", CultureInfo.InvariantCulture) + "e18";
        var (status, answer) = await _api.SendAsync(OtlpSignal.Logs, OtlpCalls.Logs($$$"""
            {"time_unix_nano":{{{now}}},"observedTimeUnixNano":"{{{now}}}","severity_number":"SEVERITY_NUMBER_ERROR","flags":"0",
            """ + $$$"""
            "trace_id":"{{{trace.ToUpperInvariant()}}}","span_id":"EEE19B7EC3C1B174","unknown":{"a":[[{}]]},
             "body":{"stringValue":"{{{name}}}"},"eventName":null,"attributes":[{"key":"none","value":{"doubleValue":null}},
            """ + """
            {"key":"no","value":{"stringValue":null}},{"key":"i","value":{"intValue":null}},
             {"key":"b","value":{"boolValue":null}},{"key":"l","value":{"arrayValue":null}},{"key":"m","value":{"kvlistValue":null}},
            """ + """
            {"key":"raw","value":{"bytesValue":null}},{"key":"nothing","value":null},
             {"key":"exponent","value":{"intValue":"-2.5e3"}},{"key":"bytes","value":{"bytes_value":"-_8"}},
            """ + """
            {"key":"d","value":{"double_value":"1.5"}}]}
            """));

        Assert.Equal((200, null), (status, answer.Told()));
        var log = Assert.Single(await LogsAsync(name, 1));
        Assert.Equal((trace, Microsoft.Extensions.Logging.LogLevel.Error), (log.TraceId.ToHexString(), log.Level));
        Assert.Equal(
            [("none", null), ("no", null), ("i", null), ("b", null), ("l", null), ("m", null), ("raw", null), ("nothing", null),
                ("exponent", -2500L), ("bytes", "+/8="), ("d", 1.5)],
            log.Attributes.Select(a => (a.Key, a.Value)));
    }

    [Theory]
    [InlineData("""{"flags":[1]}""", "resourceLogs[0].scopeLogs[0].logRecords[0].flags")]
    [InlineData("""{"severityNumber":"LOUD"}""", "logRecords[0].severityNumber")]
    [InlineData("""{"timeUnixNano":"-1"}""", "logRecords[0].timeUnixNano")]
    [InlineData("""{"timeUnixNano":1.5}""", "logRecords[0].timeUnixNano")]
    [InlineData("""{"timeUnixNano":"18446744073709551616"}""", "logRecords[0].timeUnixNano")]
    [InlineData("""{},{"body":{"stringValue":7}}""", "logRecords[1].body.stringValue")]
    [InlineData("""{"body":"text"}""", "logRecords[0].body")]
    [InlineData("""{"body":{"bytesValue":"***"}}""", "logRecords[0].body.bytesValue")]
    [InlineData("""{"attributes":{}}""", "logRecords[0].attributes")]
    [InlineData("""{"attributes":[{"key":"a"},null]}""", "logRecords[0].attributes[1]")]
    [InlineData("""{"traceId":"","traceId":""}""", "logRecords[0].traceId' is there twice")]
    [InlineData("""{"traceId":"","trace_id":""}""", "logRecords[0].traceId' is there twice")]
    public async Task A_member_that_is_malformed_is_named_and_nothing_of_the_request_is_stored(string record, string named)
    {
        var name = Guid.NewGuid().ToString("N");
        var (status, answer) = await _api.SendAsync(
            OtlpSignal.Logs, OtlpCalls.Logs($$$"""{{{record}}},{"body":{"stringValue":"{{{name}}}"}}"""));

        Assert.Equal((400, 3), (status, answer.GetProperty("code").GetInt32()));
        Assert.Contains(named, answer.GetProperty("message").GetString(), StringComparison.Ordinal);
        await NothingAsync(name);
    }

    [Theory]
    [InlineData(14, null)]
    [InlineData(16, null)]
    [InlineData(17, "16 deep")]
    [InlineData(200, "16 deep")]
    public async Task A_map_is_kept_as_deep_in_the_one_encoding_as_in_the_other(int depth, string? told)
    {
        var json = "{\"stringValue\":\"x\"}";
        var proto = new ProtoBody().Text(1, "x");
        for (var i = 0; i < depth; i++)
        {
            json = $$$"""{"kvlistValue":{"values":[{"key":"k","value":{{{json}}}}]}}""";
            proto = new ProtoBody().Message(6, new ProtoBody().Attribute(1, "k", proto));
        }

        var (status, answer) = await _api.SendAsync(
            OtlpSignal.Logs, OtlpCalls.Logs($$$"""{"attributes":[{"key":"deep","value":{{{json}}} }]}"""));
        var body = new ProtoBody()
            .Message(1, new ProtoBody().Message(2, new ProtoBody().Message(2, new ProtoBody().Attribute(6, "deep", proto)))).ToArray();
        using var other = await _api.Client().SendAsync(OtlpCalls.Request(OtlpSignal.Logs, body, json: false));

        Assert.Equal((200, HttpStatusCode.OK), (status, other.StatusCode));
        var said = Encoding.UTF8.GetString(await other.Content.ReadAsByteArrayAsync());
        if (told is null)
        {
            Assert.Equal((null, ""), (answer.Told(), said));
        }
        else
        {
            Assert.Contains(told, answer.Told(), StringComparison.Ordinal);
            Assert.Contains(answer.Told()!, said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_gzip_body_that_does_not_end_as_one_is_malformed_and_nothing_of_it_is_stored()
    {
        var name = Guid.NewGuid().ToString("N");
        var body = OtlpCalls.Log(name);
        var whole = OtlpCalls.Packed(body, flushAt: body.Length - 2);
        var complete = OtlpCalls.Packed(body, flushAt: body.Length);
        byte[][] broken =
        [
            whole[..^1], whole[..^8], complete[..^10], [.. whole, 0], [.. whole, 1, 2, 3, 4, 5, 6, 7, 8, 9], whole[..12], [],
            [.. whole[..^8], 1, 2, 3, 4, .. whole[^4..]],
        ];
        foreach (var sent in broken)
        {
            using var refused = await _api.Client().SendAsync(OtlpCalls.Request(OtlpSignal.Logs, sent, json: true, gzip: true));
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains("gzip", JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement.GetProperty("message")
                .GetString(), StringComparison.Ordinal);
        }

        await NothingAsync(name);

        // Several members, one after the other, are one gzip body.
        byte[] members = [.. OtlpCalls.Packed(body[..20]), .. OtlpCalls.Packed(body[20..])];
        using var taken = await _api.Client().SendAsync(OtlpCalls.Request(OtlpSignal.Logs, members, json: true, gzip: true));
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        await LogsAsync(name, 1);
    }

    [Fact]
    public async Task What_is_too_much_for_one_span_is_left_out_counted_and_told()
    {
        var trace = Guid.NewGuid().ToString("N");
        var attributes = string.Join(',', Enumerable.Range(0, 200).Select(i => $$$"""{"key":"a{{{i}}}","value":{"intValue":{{{i}}} }}"""));
        var events = string.Join(',', Enumerable.Range(0, 300).Select(i => $$$"""{"name":"e{{{i}}}"}"""));
        var links = string.Join(',', Enumerable.Repeat($$$"""{"traceId":"{{{trace}}}","spanId":"eee19b7ec3c1b175"}""", 129));
        var (status, answer) = await _api.SendAsync(OtlpSignal.Traces, OtlpCalls.Span(
            trace,
            $$$""" "attributes":[{{{attributes}}}],"droppedAttributesCount":5,"events":""" +
                $$$"""[{{{events}}}],"droppedEventsCount":7,"links":[{{{links}}}],"droppedLinksCount":9"""));

        Assert.Equal((200, "0"), (status, answer.GetProperty("partialSuccess").GetProperty("rejectedSpans").GetString()));
        Assert.Contains("72 attributes left out", answer.Told(), StringComparison.Ordinal);
        Assert.Contains("172 events left out", answer.Told(), StringComparison.Ordinal);
        Assert.Contains("1 links left out", answer.Told(), StringComparison.Ordinal);
        var span = await SpanAsync(trace);
        Assert.Equal((128, 128), (span.Attributes.Length, span.Events.Length));
        Assert.Equal((72 + 5, 172 + 7, 1 + 9), (span.DroppedAttributes, span.DroppedEvents, span.DroppedLinks));
    }

    [Fact]
    public async Task Lists_and_maps_keep_their_parts_apart_and_what_is_secret_in_them_is_hidden()
    {
        var name = Guid.NewGuid().ToString("N");
        var many = string.Join(',', Enumerable.Range(0, 200).Select(i => $$"""{"intValue":{{i}} }"""));
        var (_, answer) = await _api.SendAsync(OtlpSignal.Logs, OtlpCalls.Logs(("""
            {"body":{"stringValue":"NAME"},"attributes":[
            {"key":"people","value":{"arrayValue":{"values":[{"stringValue":"Doe, Jane"},{"stringValue":"Roe"}]}}},
            {"key":"rows","value":{"arrayValue":{"values":[{"arrayValue":{"values":[{"intValue":1},{"stringValue":"a, b"}]}},
            """ + """
            {"arrayValue":{"values":[]}}]}}},
            {"key":"config","value":{"kvlistValue":{"values":[{"key":"host","value":{"stringValue":"db"}},
            """ + """
            {"key":"password","value":{"stringValue":"hunter2-of-the-tests"}}]}}},
            {"key":"many","value":{"arrayValue":{"values":[MANY]}}}]}
            """).Replace("NAME", name, StringComparison.Ordinal).Replace("MANY", many, StringComparison.Ordinal)));

        Assert.Contains("72 elements left out", answer.Told(), StringComparison.Ordinal);
        var attributes = Assert.Single(await LogsAsync(name, 1)).Attributes.ToDictionary(a => a.Key, a => a.Value);
        Assert.Equal(["Doe, Jane", "Roe"], (object[])attributes["people"]!);
        Assert.Equal(new object[] { new object[] { 1L, "a, b" }, Array.Empty<object>() }, (object[])attributes["rows"]!);
        Assert.Equal("""{"host":"db","password":"[REDACTED]"}""", attributes["config"]);
        Assert.Equal(128, ((object[])attributes["many"]!).Length);
        Assert.Equal(72L, attributes["orion.cut_elements"]);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1767614400000")]
    [InlineData("4070908800000000000")]
    [InlineData("18446744073709551615")]
    public async Task A_time_that_cannot_be_right_is_set_to_that_of_receipt_kept_and_told(string time)
    {
        var (name, trace, before) = (Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N"), DateTimeOffset.UtcNow);
        var (status, answer) = await _api.SendAsync(
            OtlpSignal.Traces, OtlpCalls.Span(trace, $$$""" "events":[{"name":"e","timeUnixNano":"{{{time}}}"}]""", time, time));
        Assert.Equal(200, status);
        Assert.Contains("cannot be right", answer.Told(), StringComparison.Ordinal);
        var span = await SpanAsync(trace);
        Assert.InRange(span.StartUnixNanos, Nanos(before), Nanos(DateTimeOffset.UtcNow));
        Assert.Equal((0, span.StartUnixNanos), (span.DurationNanos, span.Events.Single().UnixNanos));
        Assert.Equal(Said(time), span.Attributes.Single(a => a.Key == "orion.original_time").Value);
        Assert.Equal(Said(time), span.Events.Single().Attributes.Single(a => a.Key == "orion.original_time").Value);

        (_, answer) = await _api.SendAsync(
            OtlpSignal.Logs, OtlpCalls.Logs($$$"""{"timeUnixNano":"{{{time}}}","body":{"stringValue":"{{{name}}}"}}"""));
        var log = Assert.Single(await LogsAsync(name, 1));
        Assert.InRange(log.UnixNanos, Nanos(before), Nanos(DateTimeOffset.UtcNow));
        if (time == "0")
        {
            // A log record need not have one.
            Assert.Equal((null, 0), (answer.Told(), log.Attributes.Length));
        }
        else
        {
            Assert.Contains("cannot be right", answer.Told(), StringComparison.Ordinal);
            Assert.Equal(Said(time), log.Attributes.Single().Value);
        }
    }

    [Fact]
    public async Task An_end_before_its_start_makes_a_span_without_duration_that_says_so()
    {
        var trace = Guid.NewGuid().ToString("N");
        var start = $"{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}000000";
        var (_, answer) = await _api.SendAsync(OtlpSignal.Traces, OtlpCalls.Span(trace, "", start, "1767614400000000000"));

        Assert.Contains("end before its start", answer.Told(), StringComparison.Ordinal);
        var span = await SpanAsync(trace);
        Assert.Equal((start, 0), (span.StartUnixNanos.ToString(CultureInfo.InvariantCulture), span.DurationNanos));
        Assert.Equal("2026-01-05T12:00:00.000000000Z", span.Attributes.Single().Value);
    }

    [Theory]
    [InlineData("1767614400000")]
    [InlineData("4070908800000000000")]
    public async Task A_metric_point_of_a_time_that_cannot_be_right_is_rejected(string time)
    {
        var (status, answer) = await _api.SendAsync(OtlpSignal.Metrics, $$$"""
            {"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"g","gauge":{"dataPoints":[
            """ + $$$"""
            {"timeUnixNano":"{{{time}}}","asInt":"1"},
            """ + $$$"""
            {"asInt":"1","timeUnixNano":"{{{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}}}000000"}]}}]}]}]}
            """);

        Assert.Equal((200, "1"), (status, answer.GetProperty("partialSuccess").GetProperty("rejectedDataPoints").GetString()));
        Assert.Contains("cannot be right", answer.Told(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, 20_000_000)]
    [InlineData(true, 500_000)]
    [InlineData(false, 2_000_000)]
    [InlineData(false, 500_000)]
    public async Task A_small_body_that_unfolds_to_very_many_records_is_cut_or_refused(bool json, int records)
    {
        var head = json ? """{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}"""u8.ToArray() : [];
        byte[] record = json ? [.. ",{}"u8] : [0x12, 0x00];
        var all = new byte[head.Length + (records * record.Length)];
        head.CopyTo(all, 0);
        for (var i = 0; i < records; i++)
        {
            record.CopyTo(all, head.Length + (i * record.Length));
        }

        var body = json ? [.. all, .. "]}]}]}"u8] : new ProtoBody().Message(1, new ProtoBody().Bytes(2, all)).ToArray();
        using var answer = await _api.Client().SendAsync(OtlpCalls.Request(OtlpSignal.Logs, OtlpCalls.Packed(body), json, gzip: true));

        var said = Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(records > 1_000_000 ? HttpStatusCode.RequestEntityTooLarge : HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains(records > 1_000_000 ? "more than 2000000 values" : "more than 50000 records", said, StringComparison.Ordinal);

        // As many as a buffer holds may lie in it for a moment.
        await Eventually.TrueAsync(
            async () =>
            {
                await _api.SendAsync(OtlpSignal.Logs, Encoding.UTF8.GetString(OtlpCalls.Log("after very many")));
                return (await Reader.LogsAsync(new LogQuery { Text = "after very many" })).Items.Count > 0;
            },
            "others are stored after it");
    }

    [Theory]
    [InlineData("POST", "otlp/v1/logs", null, 401, 16)]
    [InlineData("POST", "otlp/v1/profiles", ServiceSecrets.OtlpKey, 404, 5)]
    [InlineData("PUT", "otlp/v1/logs", ServiceSecrets.OtlpKey, 405, 12)]
    public async Task What_is_refused_before_it_is_read_is_answered_in_the_requests_encoding(string method, string path, string? key,
        int status, int code)
    {
        foreach (var type in new[] { "application/json", "application/x-protobuf" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent([1]) };
            request.Content.Headers.ContentType = new(type);
            request.Headers.Add("x-otlp-api-key", key ?? "wrong-key-of-the-tests");
            using var answer = await _api.Client().SendAsync(request);
            Assert.Equal((status, type), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
            var body = await answer.Content.ReadAsByteArrayAsync();
            Assert.Equal(code, type == "application/json" ? JsonDocument.Parse(body).RootElement.GetProperty("code").GetInt32() : body[1]);
        }
    }

    private async Task<IReadOnlyList<LogRow>> LogsAsync(string text, int count)
    {
        IReadOnlyList<LogRow> rows = [];
        await Eventually.TrueAsync(async () =>
            (rows = (await Reader.LogsAsync(new LogQuery { Text = text })).Items).Count == count, $"{count} records with that text");
        return rows;
    }

    private async Task<SpanRow> SpanAsync(string trace)
    {
        SpanRow? span = null;
        await Eventually.TrueAsync(
            async () =>
            {
                var story = await Reader.StoryAsync(ActivityTraceId.CreateFromString(trace));
                return (span = story?.Traces.Single().Spans.Single()) is not null;
            },
            "the span is stored");
        return span!;
    }

    /// <summary>What comes after is stored, and of what came before nothing.</summary>
    private async Task NothingAsync(string text)
    {
        var marker = Guid.NewGuid().ToString("N");
        await _api.SendAsync(OtlpSignal.Logs, Encoding.UTF8.GetString(OtlpCalls.Log(marker)));
        await LogsAsync(marker, 1);
        Assert.Empty((await Reader.LogsAsync(new LogQuery { Text = text })).Items);
    }

    private static long Nanos(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100;

    private static string Said(string time) => time switch
    {
        "0" => "1970-01-01T00:00:00.000000000Z",
        "1767614400000" => "1970-01-01T00:29:27.614400000Z",
        "4070908800000000000" => "2099-01-01T00:00:00.000000000Z",
        _ => "2554-07-21T23:34:33.709551615Z",
    };
}
