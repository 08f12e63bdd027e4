using System.Globalization;
using Orion.Sink.Rows;

namespace Orion.Sink.Otlp;

/// <summary>Where a record comes from: its resource and its scope.</summary>
/// <param name="Resource">The resource: one object for all that a request has of it.</param>
/// <param name="Scope">The scope, likewise.</param>
internal sealed record OtlpSource(ResourceRow Resource, ScopeRow Scope)
{
    /// <summary>The service its rows are stored as: <c>service.name</c>, where its sender may say so (<see cref="OtlpClaims"/>).</summary>
    public string? Service { get; set; } = Resource.Find("service.name");

    /// <summary>Whether the sender may speak for the service that <c>service.name</c> names.</summary>
    public bool IsServed { get; set; }

    /// <summary>Its records that were taken.</summary>
    public int Taken { get; set; }

    /// <summary><c>service.instance.id</c>: tells two senders of one service apart.</summary>
    public string? Instance => Resource.Find("service.instance.id");
}

/// <summary>A span as it came, in either encoding.</summary>
internal sealed class OtlpSpan
{
    public byte[] TraceId { get; set; } = [];

    public byte[] SpanId { get; set; } = [];

    public byte[] ParentSpanId { get; set; } = [];

    public string Name { get; set; } = "";

    public int Kind { get; set; }

    public uint Flags { get; set; }

    public ulong Start { get; set; }

    public ulong End { get; set; }

    public int StatusCode { get; set; }

    public string? StatusMessage { get; set; }

    public OtlpAttributes Attributes { get; } = new();

    // Bounded by OtlpLimits.Events; further ones are left out, and counted.
    public List<(ulong Time, string Name, OtlpAttributes Attributes)> Events { get; } = [];

    // Bounded by OtlpLimits.Links; further ones are left out, and counted.
    public List<OtlpLink> Links { get; } = [];

    public string? TraceState { get; set; }

    /// <summary>Events left out by us.</summary>
    public int CutEvents { get; set; }

    /// <summary>Links left out by us.</summary>
    public int CutLinks { get; set; }

    /// <summary>Events left out in all, by the sender and by us.</summary>
    public int DroppedEvents { get; set; }

    /// <summary>Links left out in all, by the sender and by us.</summary>
    public int DroppedLinks { get; set; }
}

/// <summary>A link as it came.</summary>
internal sealed class OtlpLink
{
    public byte[] TraceId { get; set; } = [];

    public byte[] SpanId { get; set; } = [];

    public string? TraceState { get; set; }

    public OtlpAttributes Attributes { get; } = new();
}

/// <summary>A log record as it came, in either encoding.</summary>
internal sealed class OtlpLog
{
    public ulong Time { get; set; }

    public ulong ObservedTime { get; set; }

    public int Severity { get; set; }

    public string? SeverityText { get; set; }

    public object? Body { get; set; }

    public byte[] TraceId { get; set; } = [];

    public byte[] SpanId { get; set; } = [];

    public string? EventName { get; set; }

    public OtlpAttributes Attributes { get; } = new();
}

/// <summary>
/// Attributes in the order they came; bounded by <see cref="OtlpLimits.Attributes"/>, further ones are left out, and counted.
/// </summary>
internal sealed class OtlpAttributes
{
    private List<KeyValuePair<string, object?>>? _items;

    // Apart, so that nobody takes for the sender's claim what is said here.
    private List<KeyValuePair<string, object?>>? _notes;

    /// <summary>Attributes left out by us.</summary>
    public int Cut { get; private set; }

    /// <summary>Attributes left out in all, by the sender and by us.</summary>
    public int Dropped { get; private set; }

    /// <summary>Elements and nested values, of lists and maps among them, left out by us.</summary>
    public int CutElements { get; set; }

    public bool IsFull => (_items?.Count ?? 0) + (_notes?.Count ?? 0) >= OtlpLimits.Attributes;

    public void Add(string key, object? value)
    {
        if (IsFull)
        {
            Leave();
        }
        else
        {
            (_items ??= []).Add(new(key, value));
        }
    }

    /// <summary>Adds what is said about the record here; where there is no room for it, the last of the sender's goes.</summary>
    public void Note(string key, object? value)
    {
        if (IsFull && _items is { Count: > 0 } items)
        {
            items.RemoveAt(items.Count - 1);
            Leave();
        }

        (_notes ??= []).Add(new(key, value));
    }

    /// <summary>One is left out.</summary>
    public void Leave() => (Cut, Dropped) = (Cut + 1, Dropped + 1);

    /// <summary>The sender says how many it has left out.</summary>
    public void LeftOut(uint count) => Dropped = (int)Math.Min(int.MaxValue, (long)Dropped + count);

    public string? Text(string key) => _items?.Find(a => a.Key == key).Value as string;

    /// <summary>A number, also one that its sender wrote as text.</summary>
    public long? Number(string key) => _items?.Find(a => a.Key == key).Value switch
    {
        long number => number,
        double number when number == Math.Floor(number) && Math.Abs(number) < 1e15 => (long)number,
        string text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    /// <summary>Puts a prefix before keys; whether there were any.</summary>
    public bool Rename(Predicate<string> which, string prefix)
    {
        var any = false;
        for (var i = 0; i < _items?.Count; i++)
        {
            if (which(_items[i].Key))
            {
                _items[i] = new(prefix + _items[i].Key, _items[i].Value);
                any = true;
            }
        }

        return any;
    }

    /// <summary>Takes an attribute out that has a column of its own.</summary>
    public string? Take(string key)
    {
        var index = _items?.FindIndex(a => a.Key == key && a.Value is string) ?? -1;
        if (index < 0)
        {
            return null;
        }

        var value = (string)_items![index].Value!;
        _items.RemoveAt(index);
        return value;
    }

    public KeyValuePair<string, object?>[] ToArray() => _items is null && _notes is null ? [] : [.. _items ?? [], .. _notes ?? []];
}
