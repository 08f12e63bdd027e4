using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using OrionPlatform.Tests;

namespace OrionPlatform.TraceGate.Tests;

/// <summary>
/// Puts secrets into everything that a service of somebody else may send by OTLP, with the key that allows it; each encoding has its own.
/// </summary>
internal sealed class OtlpCanaries(RunningPlatform platform, SecretMint mint, TimeProvider time, string encoding)
{
    public const string Json = "json";
    public const string Protobuf = "protobuf";
    public const string Service = "canary-service";

    private static readonly string[] s_names =
        ["signing_key", "pass", "access_key", "sig", "token_value", "cookies", "AccountKey", "session_id", "shared_access_signature",
            "otp_code", "passwords"];

    /// <summary>What is no secret and is to be found again, by the encoding it was sent in.</summary>
    public static string ControlOf(string encoding) => $"nothing-secret-about-this-{encoding}-canary";

    private string Control { get; } = ControlOf(encoding);

    private ulong Now => (ulong)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>The traces sent.</summary>
    public List<string> Traces { get; } = [];

    public async Task SendAsync()
    {
        await SpansAsync([Resource(Service)],
            [.. Enumerable.Range(0, 3).Select(_ => Plain(Control + "-span")), WithLine(Plain(Control + "-line"), Control)]);

        var spans = Secrets("span name").Select(s => Plain($"GET {s.Text} now"))
            .Concat(Secrets("bare span name").Select(s => Plain(s.Text)))
            .Concat(Secrets("span attribute")
                .Select(s => Plain(
                    "a", attributes: [Text("note", $"He said {s.Text}, twice"), Text("url.full", "https://x.example/?q=" + s.Text)])))
            .Concat(Secrets("span attribute key").Select(s => Plain("k", attributes: [Text(s.Text, "v")])))
            .Concat(Secrets("span attribute list").Select(s => Plain("l", attributes: [List("notes", s.Text), Map("map", s.Text)])))
            .Concat(Secrets("span attribute bytes")
                .Select(s => Convert.ToBase64String(Encoding.UTF8.GetBytes(s.Text)))
                .Select(bytes => Plain("b", attributes: [new { key = "raw", value = new { bytesValue = bytes } }])))
            .Concat(Secrets("span number").Where(s => s.Kind == "card")
                .Select(s => Plain("n", attributes: [new { key = "n", value = new { intValue = s.Text } }])))
            .Concat(Secrets("span under a sensitive key")
                .Select(s => Plain("s", attributes: [Text("http.request.header.authorization", s.Needle), Text("db.password", s.Needle)])))
            .Concat(Secrets("span under a name of several words")
                .Select(s => Plain("w", attributes: [.. s_names.Select(n => Text(n, s.Needle))])))
            .Concat(Secrets("span's arguments").Select(s => Plain("c", attributes: [Arguments(s.Needle)])))
            .Concat(Secrets("span status").Select(s => Plain("st", status: "failed for " + s.Text)))
            .Concat(Secrets("span event").Select(s => Plain("e", @event: s.Text)))
            .Concat(Secrets("span link").Select(s => Plain("li", link: s.Text)))
            .Concat(Secrets("span trace state").Select(s => Plain("t", traceState: "k=" + s.Text)))
            .Concat(Secrets("line field").Select(s => WithLine(Plain("f"), s.Text)));
        await SpansAsync([Resource(Service)], [.. spans]);

        var logs = Secrets("log body").Select<Secret, object>(s => Log($"It was {s.Text}.", []))
            .Concat(Secrets("structured log body")
                .Select(s => new { timeUnixNano = Now.ToString(), severityNumber = 9, body = MapValue(s.Text) }))
            .Concat(Secrets("structured log body behind a line break")
                .Select(s => new { timeUnixNano = Now.ToString(), severityNumber = 9, body = MapValue("first\n" + s.Text) }))
            .Concat(Secrets("log body of JSON in JSON")
                .Select(s => JsonSerializer.Serialize(new { b = "x\n" + s.Text, password = s.Needle }))
                .Select(inner => Log(JsonSerializer.Serialize(new { a = inner }), [])))
            .Concat(Secrets("log attribute").Select(s => Log("x",
            [
                Text("note", s.Text), Text(s.Text, "v"), Text("{OriginalFormat}", s.Text + " {X}"), Text("correlation_id", s.Text),
                Text("tenant", s.Text),
            ])))
            .Concat(Secrets("log exception").Select(s => Log("x",
            [
                Text("exception.type", "E"), Text("exception.message", s.Text), Text("exception.stacktrace", "at " + s.Text),
            ])))
            .Concat(Secrets("log event name").Select(s => new
            {
                timeUnixNano = Now.ToString(),
                eventName = s.Text,
                severityText = s.Text,
                body = new { stringValue = "x" },
            }));
        await LogsAsync([Resource(Service)], [.. logs]);

        await MetricAsync(Service, Control + "-metric");
        foreach (var secret in Secrets("metric"))
        {
            await MetricAsync(Service, secret.Text);
            await MetricAsync(secret.Text, "m");
        }

        foreach (var secret in Secrets("resource"))
        {
            var resource = (object[])[Resource(secret.Text), Text("note", secret.Text), Text(secret.Text, "v")];
            await SpansAsync(resource, [Plain("r"), WithLine(Plain("r"), "r")], scope: secret.Text);
            await LogsAsync(resource, [Log("r", [])], scope: secret.Text);
        }

        foreach (var secret in Secrets("malformed export"))
        {
            foreach (var malformed in Malformed(secret.Text))
            {
                await PostAsync("traces", malformed, HttpStatusCode.BadRequest);
                await PostAsync("metrics", malformed, HttpStatusCode.BadRequest);
            }
        }

        // Last, since the panel's list shows the newest records only.
        await LogsAsync([Resource(Service)], [Log(Control + "-body", [Text("note", Control + "-attribute")])]);
    }

    private IReadOnlyList<Secret> Secrets(string surface) => mint.OneOfEach($"{encoding} {surface}");

    private Task SpansAsync(object[] resource, object[] spans, string scope = "s") => PostAsync("traces", new
    {
        resourceSpans = (object[])
        [
            new
            {
                resource = new { attributes = resource },
                schemaUrl = scope,
                scopeSpans = (object[])[new { scope = new { name = scope, version = scope }, spans }],
            },
        ],
    });

    private Task LogsAsync(object[] resource, object[] logRecords, string scope = "s") => PostAsync("logs", new
    {
        resourceLogs = (object[])
        [
            new
            {
                resource = new { attributes = resource },
                scopeLogs = (object[])[new { scope = new { name = scope }, logRecords }],
            },
        ],
    });

    private Task MetricAsync(string service, string text) => PostAsync("metrics", new
    {
        resourceMetrics = (object[])
        [
            new
            {
                resource = new { attributes = (object[])[Resource(service)] },
                scopeMetrics = (object[])
                [
                    new
                    {
                        scope = new { name = text },
                        metrics = (object[])
                        [
                            new
                            {
                                name = text,
                                unit = text,
                                description = text,
                                gauge = new
                                {
                                    dataPoints = (object[])
                                    [
                                        new
                                        {
                                            timeUnixNano = Now.ToString(),
                                            asDouble = 1.5,
                                            attributes = (object[])[Text("note", text), Text(text, "v")],
                                        },
                                    ],
                                },
                            },
                        ],
                    },
                ],
            },
        ],
    });

    private Task PostAsync(string signal, object body) =>
        PostAsync(signal, encoding == Json ? JsonSerializer.SerializeToUtf8Bytes(body) : OtlpProtobuf.Of(body), HttpStatusCode.OK);

    /// <summary>
    /// A secret where a request should be, and one where its resources should be; in protobuf, which needs no quotes, behind a length that
    /// is too long.
    /// </summary>
    private byte[][] Malformed(string secret) => encoding == Json
        ? [JsonSerializer.SerializeToUtf8Bytes(secret),
            JsonSerializer.SerializeToUtf8Bytes(new { resourceSpans = secret, resourceMetrics = secret })]
        : [[0x0a, 0xff, 0x7f, .. Encoding.UTF8.GetBytes(secret)]];

    private async Task PostAsync(string signal, byte[] body, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "otlp/v1/" + signal) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(encoding == Json ? "application/json" : "application/x-protobuf");
        request.Headers.Add("x-otlp-api-key", ExercisedPlatform.OtlpKey);
        using var response = await platform.Api.SendAsync(request);
        Assert.Equal(expected, response.StatusCode);
    }

    private Dictionary<string, object> Plain(string name, object[]? attributes = null, string? status = null,
        string? @event = null, string? link = null, string? traceState = null)
    {
        var traceId = Guid.NewGuid().ToString("N");
        Traces.Add(traceId);
        return new()
        {
            ["traceId"] = traceId,
            ["spanId"] = Guid.NewGuid().ToString("N")[..16],
            ["name"] = name,
            ["kind"] = 1,
            ["startTimeUnixNano"] = Now.ToString(),
            ["endTimeUnixNano"] = Now.ToString(),
            ["attributes"] = attributes ?? [],
            ["status"] = new { code = status is null ? 0 : 2, message = status ?? "" },
            ["events"] = @event is null ? [] : (object[])
            [
                new
                {
                    timeUnixNano = Now.ToString(),
                    name = @event,
                    attributes = (object[])[Text("exception.message", @event), Text(@event, "v")],
                },
            ],
            ["links"] = link is null ? [] : (object[])
            [
                new { traceId, spanId = "0102030405060708", traceState = "k=" + link, attributes = (object[])[Text("note", link)] },
            ],
            ["traceState"] = traceState ?? "",
        };
    }

    /// <summary>A span that says it is a canonical line, with that text in every column.</summary>
    private static Dictionary<string, object> WithLine(Dictionary<string, object> span, string text)
    {
        string[] columns =
        [
            "orion.surface", "orion.route", "orion.outcome", "orion.error_code", "orion.correlation_id", "tenant", "user.id",
            "http.request.method", "error.type",
        ];
        span["attributes"] = (object[])[Text("orion.line.kind", "job"), .. columns.Select(c => Text(c, text))];
        return span;
    }

    private object Log(string body, object[] attributes) =>
        new { timeUnixNano = Now.ToString(), severityNumber = 9, body = new { stringValue = body }, attributes };

    private static object Resource(string service) => Text("service.name", service);

    private static object Text(string key, string value) => new { key, value = new { stringValue = value } };

    private static object List(string key, string value) =>
        new { key, value = new { arrayValue = new { values = (object[])[new { stringValue = "a" }, new { stringValue = value }] } } };

    private static object Arguments(string secret) => new
    {
        key = "process.command_args",
        value = new
        {
            arrayValue = new
            {
                values = (object[])[new { stringValue = "tool" }, new { stringValue = "--password" }, new { stringValue = secret }],
            },
        },
    };

    private static object Map(string key, string value) => new { key, value = MapValue(value) };

    private static object MapValue(string value) =>
        new { kvlistValue = new { values = (object[])[Text("inner", value), Text("password", value)] } };
}
