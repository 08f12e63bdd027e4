using Orion.Sink.Segments;

namespace Orion.Sink.Rows;

/// <summary>
/// What telemetry comes from: OpenTelemetry's resource, for example a process on a host. One object for all rows of it; a segment stores it
/// once and its rows refer to it.
/// </summary>
/// <remarks>
/// Mutable until its first row is handed to <see cref="TelemetrySink"/>, so that it can be redacted in place; never after.
/// </remarks>
public sealed class ResourceRow
{
    private KeyValuePair<string, object?>[]? _attributes;
    private string? _text;

    /// <summary>With attributes as they came.</summary>
    public ResourceRow(KeyValuePair<string, object?>[] attributes) => _attributes = attributes;

    internal ResourceRow(string text) => _text = text;

    /// <summary>A resource of which nothing is known.</summary>
    public static ResourceRow Unknown { get; } = new([]);

    /// <summary><c>service.name</c>, <c>host.name</c> and so on.</summary>
    public KeyValuePair<string, object?>[] Attributes
    {
        get => _attributes ??= AttributeJson.Read(_text!);
        set => (_attributes, _text) = (value, null);
    }

    /// <summary>Attributes that were left out, by the sender or here.</summary>
    public int DroppedAttributes { get; set; }

    /// <summary>The name of the key it came in with; empty for the process that stored it.</summary>
    public string Sender { get; set; } = "";

    /// <summary>
    /// Whether its rows count in the platform's objectives: those of its own processes do, and of senders whose key says so.
    /// </summary>
    public bool CountsInObjectives { get; set; } = true;

    /// <summary>The attributes as JSON: equal ones give equal text.</summary>
    internal string Text => _text ??= AttributeJson.Of(Attributes);

    /// <summary>An attribute that is text.</summary>
    internal string? Find(string key) => Array.Find(Attributes, a => a.Key == key).Value as string;
}

/// <summary>
/// The instrumentation scope that made telemetry: a library or a part of an application. Shared like a <see cref="ResourceRow"/>, and
/// mutable as long.
/// </summary>
public sealed class ScopeRow
{
    private KeyValuePair<string, object?>[]? _attributes;
    private string? _text;

    /// <summary>With attributes as they came.</summary>
    public ScopeRow(string name, string? version = null, KeyValuePair<string, object?>[]? attributes = null) =>
        (Name, Version, _attributes) = (name, version, attributes ?? []);

    internal ScopeRow(string name, string? version, string text) => (Name, Version, _text) = (name, version, text);

    /// <summary>Its name: that of an <see cref="System.Diagnostics.ActivitySource"/>, a meter, or a logger's category.</summary>
    public string Name { get; set; }

    /// <summary>Its version, when it has one.</summary>
    public string? Version { get; set; }

    /// <summary>Its attributes.</summary>
    public KeyValuePair<string, object?>[] Attributes
    {
        get => _attributes ??= AttributeJson.Read(_text!);
        set => (_attributes, _text) = (value, null);
    }

    /// <summary>Attributes that were left out, by the sender or here.</summary>
    public int DroppedAttributes { get; set; }

    /// <summary>The attributes as JSON: equal ones give equal text.</summary>
    internal string Text => _text ??= AttributeJson.Of(Attributes);
}
