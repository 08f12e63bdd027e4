using System.Net.Http.Json;
using System.Text.Json;

namespace OrionPlatform.Services.Tests;

/// <summary>
/// One client of the public API. It has one request open at a time, at either api, and writes down how each ended. What it does not know
/// the end of it asks again, as it is documented: a create with its <c>Idempotency-Key</c>.
/// </summary>
internal sealed class HistoryClient(int number, string tenant, Random random, IReadOnlyList<HttpClient> apis, RecordedHistory history)
{
    private const string Runtime = "counted";
    private const int MostHeld = 4;

    // Longer than the store waits for anything: an api that can answer has answered by then.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(8);

    private readonly Queue<string> _held = new();
    private readonly List<(string Key, int Slots)> _made = [];
    private readonly List<string> _known = [];
    private int _wishes;

    /// <summary>Works until it is enough, and then until it knows how everything ended that it has asked for.</summary>
    public async Task RunAsync(CancellationToken enough, CancellationToken deadline)
    {
        while (!enough.IsCancellationRequested)
        {
            await (Task)(random.NextDouble() switch
            {
                _ when _held.Count > MostHeld => ReleaseAsync(_held.Dequeue(), deadline),
                < 0.35 => CreateAsync(deadline),
                < 0.50 when _held.Count > 0 => ReleaseAsync(_held.Dequeue(), deadline),
                < 0.85 when _known.Count > 0 => ReadAsync(deadline),
                < 0.90 => ListAsync(deadline),
                < 0.95 when _made.Count > 0 => RepeatAsync(deadline),
                _ => RefusedAsync(deadline),
            });

            // A person thinks; and several of them ask for more than two processors can do.
            await Task.Delay(random.Next(200), CancellationToken.None);
        }
    }

    private async Task CreateAsync(CancellationToken deadline)
    {
        var (key, slots) = (NextKey(), random.Next(1, 4));
        var call = await UntilKnownAsync(CallKind.Create, key, null, slots, () => Create(key, slots), deadline);
        if (call is { Result: CallResult.Done, AllocationId: { } id })
        {
            _held.Enqueue(id);
            _made.Add((key, slots));
            _known.Add(id);
        }
    }

    private async Task ReleaseAsync(string id, CancellationToken deadline)
    {
        var call = await UntilKnownAsync(
            CallKind.Release, NextKey(), id, 0, () => new HttpRequestMessage(HttpMethod.Delete, $"allocations/{id}"), deadline);
        if (call.Result == CallResult.Refused)
        {
            // Not given back; later, then.
            _held.Enqueue(id);
        }
    }

    private async Task ReadAsync(CancellationToken deadline)
    {
        // The latest are those that move.
        var id = _known[^random.Next(1, Math.Min(_known.Count, 12) + 1)];
        await SendAsync(CallKind.Read, NextKey(), id, 0, () => new HttpRequestMessage(HttpMethod.Get, $"allocations/{id}"), deadline);
    }

    /// <summary>Each of a page is read.</summary>
    private Task<ClientCall> ListAsync(CancellationToken deadline) => SendAsync(
        CallKind.Read, NextKey(), null, 0, () => new HttpRequestMessage(HttpMethod.Get, "allocations?limit=20"), deadline);

    /// <summary>Asks again for what was acknowledged.</summary>
    private async Task RepeatAsync(CancellationToken deadline)
    {
        var (key, slots) = _made[random.Next(_made.Count)];
        await SendAsync(CallKind.Create, key, null, slots, () => Create(key, slots), deadline);
    }

    /// <summary>Asks for what nobody gets.</summary>
    private async Task RefusedAsync(CancellationToken deadline)
    {
        var key = NextKey();
        if (_made.Count > 0 && random.Next(2) == 0)
        {
            // The key of another request: this wish has an id of its own, so that whatever came of it would be found.
            var (used, slots) = _made[random.Next(_made.Count)];
            await SendAsync(CallKind.Create, key, null, slots + 1, () => Create(used, slots + 1), deadline);
        }
        else
        {
            await SendAsync(CallKind.Create, key, null, 0, () => Create(key, 0), deadline);
        }
    }

    private string NextKey() => $"c{number}-{++_wishes}";

    private static HttpRequestMessage Create(string key, int slots) =>
        Calls.Post(JsonSerializer.Serialize(new { runtime = Runtime, slots }), key);

    /// <summary>
    /// Asks until there is an answer that says how it ended. Who was told each time that nothing was done may leave it at that.
    /// </summary>
    private async Task<ClientCall> UntilKnownAsync(
        CallKind kind, string key, string? id, int slots, Func<HttpRequestMessage> request, CancellationToken deadline)
    {
        var isUnknown = false;
        while (true)
        {
            var call = await SendAsync(kind, key, id, slots, request, deadline);
            isUnknown |= call.Result == CallResult.Unknown;
            if (call.Result == CallResult.Done || (call.Result == CallResult.Refused && !isUnknown && random.Next(2) == 0)
                || deadline.IsCancellationRequested)
            {
                return call;
            }

            await Task.Delay(random.Next(20, 250), CancellationToken.None);
        }
    }

    private async Task<ClientCall> SendAsync(
        CallKind kind, string key, string? id, int slots, Func<HttpRequestMessage> create, CancellationToken deadline)
    {
        var api = random.Next(apis.Count);
        var call = new ClientCall
        {
            Kind = kind,
            Key = key,
            By = $"client {number} at api {api}",
            Tenant = tenant,
            AllocationId = id,
            Slots = slots,
            Asked = history.Now,
            Answered = TimeSpan.MaxValue,
            Result = CallResult.Unknown,
        };
        var calls = new List<ClientCall>();
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(deadline);
            limit.CancelAfter(s_patience);
            using var request = create();
            request.Headers.Add("X-Correlation-ID", key);
            using var answer = await apis[api].SendAsync(request, limit.Token);
            var body = await answer.Content.ReadAsStringAsync(limit.Token);
            calls.AddRange(Understand(call with { Answered = history.Now }, answer, body));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            calls.Add(call with { Answered = history.Now, Code = e.InnerException?.GetType().Name ?? e.GetType().Name });
        }

        foreach (var each in calls)
        {
            history.Add(each);
        }

        return calls.Count > 0 ? calls[^1] : call;
    }

    private static List<ClientCall> Understand(ClientCall call, HttpResponseMessage answer, string body)
    {
        if (!answer.IsSuccessStatusCode)
        {
            var code = Code(answer, body);
            return [call with { Result = code == "store_outcome_unknown" ? CallResult.Unknown : CallResult.Refused, Code = code }];
        }

        var json = JsonDocument.Parse(body).RootElement;
        call = call with { Result = CallResult.Done, IsReplay = answer.Headers.Contains("Idempotency-Replayed") };
        return json.TryGetProperty("items", out var items) ? [.. items.EnumerateArray().Select(item => Of(call, item))] : [Of(call, json)];

        static ClientCall Of(ClientCall call, JsonElement item) =>
            call with { AllocationId = item.GetProperty("id").GetString(), State = item.GetProperty("state").GetString() };
    }

    private static string Code(HttpResponseMessage answer, string body)
    {
        try
        {
            if (answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
                && JsonDocument.Parse(body).RootElement.TryGetProperty("error_code", out var code))
            {
                return code.GetString()!;
            }
        }
        catch (JsonException)
        {
            // No problem document, whatever it says of itself.
        }

        return $"{(int)answer.StatusCode} without code";
    }
}
