using System.Net;
using System.Net.ServerSentEvents;

namespace OrionPlatform.Tests;

/// <summary>Reads a live stream as a browser does.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly HttpResponseMessage _answer;
    private readonly IAsyncEnumerator<SseItem<string>> _events;

    private EventStream(HttpResponseMessage answer, Stream body)
    {
        _answer = answer;
        _events = SseParser.Create(body).EnumerateAsync().GetAsyncEnumerator();
    }

    public static async Task<EventStream> OpenAsync(HttpClient client, string path)
    {
        var answer = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        return new EventStream(answer, await answer.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event, which must be of that type.</summary>
    public async Task<(string Event, string Data)> NextAsync(string type)
    {
        Assert.True(await _events.MoveNextAsync().AsTask().WaitAsync(s_patience), "The stream ended.");
        Assert.Equal(type, _events.Current.EventType);
        return (type, _events.Current.Data);
    }

    /// <summary>Waits for the end of the stream.</summary>
    public async Task EndAsync() => Assert.False(await _events.MoveNextAsync().AsTask().WaitAsync(s_patience));

    public ValueTask DisposeAsync()
    {
        _answer.Dispose();
        return ValueTask.CompletedTask;
    }
}
