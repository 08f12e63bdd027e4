using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Orion.Sink;
using Orion.Sink.Otlp;
using Orion.Telemetry.Identity;

namespace OrionPlatform.Api;

/// <summary>
/// The keys that telemetry comes in with, and what each may claim: section <c>Orion:Otlp</c>. A key without a secret opens nothing.
/// </summary>
internal sealed class IngestKeyOptions : IValidatableObject
{
    public const string Section = "Orion:Otlp";

    /// <summary>The name of <see cref="ApiKey"/>.</summary>
    public const string Shared = "shared";

    /// <summary>By name.</summary>
    public Dictionary<string, IngestKey> Keys { get; } = new(StringComparer.Ordinal);

    /// <summary>A secret for whoever has no key of its own: any service that is nobody else's, and no further right.</summary>
    public string? ApiKey { get; set; }

    /// <summary>
    /// Services of the platform's own that have written nothing into the telemetry folder yet; those that have are known by that.
    /// </summary>
    public List<string> OwnServices { get; } = ["api", "worker"];

    /// <summary>All keys, the shared one among them.</summary>
    public IEnumerable<KeyValuePair<string, IngestKey>> All =>
        string.IsNullOrEmpty(ApiKey) ? Keys : [.. Keys, new(Shared, new IngestKey { Key = ApiKey, Services = { "*" } })];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Problems().Select(p => new ValidationResult(p, [nameof(Keys)]));

    private IEnumerable<string> Problems()
    {
        foreach (var problem in Keys.SelectMany(k => k.Value.Problems(k.Key)))
        {
            yield return problem;
        }

        if (ApiKey is { Length: > 0 and < IngestKey.LeastLength })
        {
            yield return $"{Section}:ApiKey must have at least {IngestKey.LeastLength} characters, or be absent, which closes it.";
        }

        if (Keys.ContainsKey(Shared))
        {
            yield return $"{Section}:Keys:{Shared} is the name of {Section}:ApiKey; call this key something else.";
        }

        foreach (var same in All.Where(k => k.Value.IsOpen && IngestKeys.Hash(k.Value) is not null)
            .GroupBy(k => Convert.ToHexString(IngestKeys.Hash(k.Value)!), k => PathOf(k.Key)).Where(g => g.Count() > 1))
        {
            yield return $"{string.Join(" and ", same)} have the same secret: nobody could tell their senders apart; "
                + "give each one of its own.";
        }
    }

    private string PathOf(string name) => Keys.ContainsKey(name) ? $"{Section}:Keys:{name}" : $"{Section}:ApiKey";
}

/// <summary>One key.</summary>
internal sealed class IngestKey
{
    /// <summary>Characters that a secret has at least.</summary>
    internal const int LeastLength = 16;

    /// <summary>The secret.</summary>
    public string? Key { get; set; }

    /// <summary>Or its SHA-256, 64 hexadecimal digits, where the secret itself shall not lie in the configuration.</summary>
    public string? Sha256 { get; set; }

    /// <inheritdoc cref="OtlpSender.Services"/>
    public List<string> Services { get; } = [];

    /// <inheritdoc cref="OtlpSender.Surfaces"/>
    public List<string> Surfaces { get; } = [];

    /// <inheritdoc cref="OtlpSender.Tenants"/>
    public List<string> Tenants { get; } = [];

    /// <inheritdoc cref="OtlpSender.MayClaimLines"/>
    public bool MayClaimLines { get; set; }

    public bool IsOpen => !string.IsNullOrEmpty(Key) || !string.IsNullOrEmpty(Sha256);

    /// <summary>What is wrong with it, by its path in the configuration.</summary>
    public IEnumerable<string> Problems(string name)
    {
        var path = $"{IngestKeyOptions.Section}:Keys:{name}";
        if (name.Length is 0 or > OtlpSender.MaxName || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_'))
        {
            yield return $"{path}: a name has 1 to {OtlpSender.MaxName} letters, digits, hyphens, dots and underscores.";
        }

        if (Key is { Length: > 0 and < LeastLength })
        {
            yield return $"{path}:Key must have at least {LeastLength} characters, or be absent, which closes it.";
        }

        if (Key is { Length: > 0 } && Sha256 is { Length: > 0 })
        {
            yield return $"{path} has both a Key and a Sha256; leave one of them out.";
        }

        if (Sha256 is { Length: > 0 } && (Sha256.Length != 64 || !Sha256.All(char.IsAsciiHexDigit)))
        {
            yield return $"{path}:Sha256 must be 64 hexadecimal digits.";
        }

        foreach (var (list, patterns) in ((string, List<string>)[])
            [(nameof(Services), Services), (nameof(Surfaces), Surfaces), (nameof(Tenants), Tenants)])
        {
            if (patterns.Exists(p => p.Length == 0 || p[..^1].Contains('*')))
            {
                yield return $"{path}:{list}: an entry is a name, a beginning that ends with *, or * for all.";
            }
        }
    }
}

/// <summary>Finds whose key a secret is.</summary>
internal sealed class IngestKeys
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(10);

    private readonly (byte[] Hash, OtlpSender Sender)[] _keys;
    private readonly IngestKeyOptions _options;
    private readonly ServiceIdentity _identity;
    private readonly TelemetrySink _sink;
    private readonly TimeProvider _time;
    private volatile Known? _known;

    public IngestKeys(IOptions<IngestKeyOptions> options, ServiceIdentity identity, TelemetrySink sink, TimeProvider time)
    {
        (_options, _identity, _sink, _time) = (options.Value, identity, sink, time);
        _keys = [.. _options.All.Where(k => k.Value.IsOpen).Select(k => (Hash(k.Value)!, Sender(k.Key, k.Value)))];
    }

    /// <summary>Hashed and compared with every key, in constant time, whatever is found: how long it takes tells nothing.</summary>
    public OtlpSender? Find(string secret)
    {
        var presented = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
        OtlpSender? found = null;
        foreach (var (hash, sender) in _keys)
        {
            found = CryptographicOperations.FixedTimeEquals(presented, hash) ? sender : found;
        }

        return found;
    }

    /// <summary>The processes that write into the telemetry folder, looked up every few seconds.</summary>
    private IReadOnlySet<string> Processes
    {
        get
        {
            var now = _time.GetTimestamp();
            if (_known is not { } known || _time.GetElapsedTime(known.At, now) > s_fresh)
            {
                _known = known = new Known(now, _sink.Processes());
            }

            return known.Processes;
        }
    }

    internal static byte[]? Hash(IngestKey key) =>
        key is { Key.Length: > 0 } ? SHA256.HashData(Encoding.UTF8.GetBytes(key.Key))
        : key.Sha256 is { Length: 64 } hex && hex.All(char.IsAsciiHexDigit) ? Convert.FromHexString(hex) : null;

    private OtlpSender Sender(string name, IngestKey key) => new(name)
    {
        Services = [.. key.Services],
        Surfaces = [.. key.Surfaces],
        Tenants = [.. key.Tenants],
        MayClaimLines = key.MayClaimLines,
        IsTaken = service => IsTaken(service, name),
    };

    /// <summary>Whether a service is the platform's own, or another key names it.</summary>
    private bool IsTaken(string service, string sender) =>
        service == _identity.Name || _options.OwnServices.Contains(service) || Processes.Contains(service)
        || _options.Keys.Any(k => k.Key != sender && k.Value.Services.Contains(service));

    private sealed record Known(long At, IReadOnlySet<string> Processes);
}
