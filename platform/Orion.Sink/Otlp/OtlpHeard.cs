using System.Globalization;
using Orion.Sink.Rows;

namespace Orion.Sink.Otlp;

/// <summary>That a process sent something: of one resource of one request, the records that were taken.</summary>
/// <param name="resource">The resource, which names the process and, once the records are bound to it, their sender.</param>
/// <param name="service">The service that its rows are stored as.</param>
/// <param name="signal">What was sent.</param>
/// <param name="records">Records that were taken.</param>
public sealed class OtlpHeard(ResourceRow resource, string service, OtlpSignal signal, int records)
{
    /// <summary>The resource; redacted in place before this is handed to the sink, as rows' are.</summary>
    public ResourceRow Resource { get; } = resource;

    /// <summary>The service that its rows are stored as; likewise.</summary>
    public string Service { get; set; } = service;

    /// <summary>What was sent.</summary>
    public OtlpSignal Signal { get; } = signal;

    /// <summary>Records that were taken.</summary>
    public int Records { get; } = records;

    /// <summary>What tells it from other processes of its service: <c>service.instance.id</c>, else host and process id.</summary>
    internal string Instance => Find("service.instance.id")
        ?? (Find("host.name") is { } host && Find("process.pid") is { } pid ? $"{host}:{pid}" : "-");

    internal string Host => Find("host.name") ?? "";

    private string? Find(string key) => Array.Find(Resource.Attributes, a => a.Key == key).Value switch
    {
        string { Length: > 0 } text => text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };
}
