using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;

namespace OrionPlatform.AppHost;

/// <summary>
/// Command-line arguments as configuration. It also records which keys are read, so that an argument nobody reads
/// (a misspelt one) is refused, without a list of known keys to keep up to date.
/// </summary>
internal sealed class Arguments : ConfigurationProvider, IConfigurationSource
{
    // Both are bounded by the number of keys that the AppHost's code reads.
    private readonly ConcurrentDictionary<string, byte> _keysRead = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, byte> _sectionsRead = new(StringComparer.OrdinalIgnoreCase);
    private readonly IReadOnlyCollection<string> _given;

    private Arguments(Dictionary<string, string?> given)
    {
        Data = given;
        _given = [.. given.Keys];
    }

    public static Arguments Parse(string[] args)
    {
        var given = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < args.Length; i++)
        {
            var (key, value) = Split(args[i]);
            given[key] = value ?? (i + 1 < args.Length && !LooksLikeKey(args[i + 1]) ? args[++i] : throw NoValue(args[i]));
        }

        return new Arguments(given);
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public override bool TryGet(string key, out string? value)
    {
        _keysRead.TryAdd(key, 0);
        return base.TryGet(key, out value);
    }

    public override IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath)
    {
        if (parentPath is not null)
        {
            _sectionsRead.TryAdd(parentPath + ConfigurationPath.KeyDelimiter, 0);
        }

        return base.GetChildKeys(earlierKeys, parentPath);
    }

    /// <exception cref="DistributedApplicationException">An argument's key was read by nobody.</exception>
    public void RefuseUnread()
    {
        foreach (var key in _given)
        {
            if (!_keysRead.ContainsKey(key) && !_sectionsRead.Keys.Any(section => key.StartsWith(section, StringComparison.OrdinalIgnoreCase)))
            {
                throw new DistributedApplicationException($"Unknown argument --{key}: nothing reads that key; keys are {string.Join(", ", KeysToOffer())}.");
            }
        }
    }

    // Of a parameter's two spellings the one with hyphens is offered; Logging has more keys than anyone wants to read here.
    private IEnumerable<string> KeysToOffer() =>
        _keysRead.Keys.Where(k => k.Contains(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)
                && !k.StartsWith("Logging:", StringComparison.OrdinalIgnoreCase)
                && !(k.Contains('_', StringComparison.Ordinal) && _keysRead.ContainsKey(k.Replace('_', '-'))))
            .Append("Start").Append("environment").Order(StringComparer.OrdinalIgnoreCase).Select(k => "--" + k);

    private static (string Key, string? Value) Split(string argument)
    {
        if (!LooksLikeKey(argument))
        {
            throw new DistributedApplicationException($"Argument '{argument}' is not a configuration key; write --Section:Key=value.");
        }

        var text = argument[2..];
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (text, null) : (text[..equals], text[(equals + 1)..]);
    }

    private static bool LooksLikeKey(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal) && argument.Length > 2 && argument[2] != '=';

    private static DistributedApplicationException NoValue(string argument) => new($"Argument {argument} has no value; write {argument}=value.");
}
