using Microsoft.AspNetCore.Http;

namespace Orion.Telemetry.CanonicalLines;

/// <summary>
/// Puts an application's policy fields (plan, region, cohort ...) on every canonical line. Register any number with
/// <c>services.AddSingleton&lt;ILineEnricher, ...&gt;()</c>; each runs once a line, just before it is finished.
/// </summary>
public interface ILineEnricher
{
    /// <summary>Adds to the line. It must be quick; when it throws, the line is emitted without what it would have added.</summary>
    void Enrich(LineContext line);
}

/// <summary>A canonical line that is about to be finished.</summary>
public sealed class LineContext
{
    private readonly CanonicalLineContext _scope;

    internal LineContext(CanonicalLineContext scope, HttpContext? http)
    {
        _scope = scope;
        Http = http;
    }

    /// <summary><c>request</c> or <c>job</c>.</summary>
    public string Kind => _scope.Kind;

    /// <summary>Route template, or the kind of a job.</summary>
    public string? Route => _scope.Route;

    /// <summary>The tenant said so far.</summary>
    public string? Tenant => _scope.Tenant;

    /// <summary>The request; null for a job.</summary>
    public HttpContext? Http { get; }

    /// <summary>As <see cref="Canon.Add"/>.</summary>
    public void Add(string key, object? value) => _scope.Add(key, value);

    /// <summary>As <see cref="Canon.Tag"/>.</summary>
    public void Tag(string key, object? value)
    {
        _scope.Pipeline?.Lint?.Check(key, value, "an enricher", 0);
        _scope.Add(key, value);
    }

    /// <summary>As <see cref="Canon.Keep"/>: the sampler will store the line.</summary>
    public void Keep() => _scope.Keep = true;
}
