using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry.Logs;

namespace Orion.Telemetry.Logs;

/// <summary>
/// The scopes of a log record as attributes of it, where the application asks OpenTelemetry for them (<c>IncludeScopes</c>). Exporters
/// would take them from the scope provider as they are; as attributes they are redacted like the rest.
/// </summary>
internal sealed class LogScopes(IExternalScopeProvider provider) : IPostConfigureOptions<OpenTelemetryLoggerOptions>
{
    // Without the flow's own, whose ids a record has already.
    private readonly IExternalScopeProvider _pushed = (provider as FlowScopeProvider)?.Pushed ?? provider;
    private volatile bool _included;

    public void PostConfigure(string? name, OpenTelemetryLoggerOptions options)
    {
        _included |= options.IncludeScopes;
        options.IncludeScopes = false;
    }

    /// <summary>Of the current flow, outermost first; what is no list of pairs has no key and is left out, as by OpenTelemetry.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Attributes()
    {
        if (!_included)
        {
            return [];
        }

        var attributes = new List<KeyValuePair<string, object?>>();
        _pushed.ForEachScope(static (scope, to) => to.AddRange(LogText.Arguments(scope)), attributes);
        return attributes;
    }
}
