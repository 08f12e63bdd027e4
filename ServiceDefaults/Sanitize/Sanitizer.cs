using System.Collections;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Options;

namespace OrionPlatform.ServiceDefaults;

/// <summary>
/// Replaces what must not be kept by <see cref="Redacted"/>, in place and never by omission: by the field's name, then by what
/// the value looks like, then by length. Linear in the value's length, and free of allocation when there is nothing to redact.
/// </summary>
public sealed class Sanitizer
{
    /// <summary>What stands where something was removed.</summary>
    public const string Redacted = "[REDACTED]";

    private const string CutMark = " [cut]";
    private const int WordLength = 256;
    private const int MaxEncodings = 5;
    private const int MaxItems = 128;

    private static readonly Counter<long> s_failed =
        Measures.Meter.CreateCounter<long>("orion.sanitize.failures", "{value}", "Values redacted whole because a redaction rule failed");

    private readonly SensitiveKeys _keys;
    private readonly int _maxLength;
    private readonly IReadOnlyList<Detector> _detectors;

    // The quick look knows the built-in rules only; with others no value is spared.
    private readonly bool _quick;
    private long _failures;

    /// <summary>A sanitizer with the built-in rules, the options' additions, and the application's own rules.</summary>
    public Sanitizer(IOptions<SanitizeOptions> options, IEnumerable<IRedactionRule> rules)
        : this(options.Value, [.. Detectors.All, .. options.Value.ExtraPatterns.Select(Pattern), .. rules.Select(r => (Detector)r.Redact)])
    {
    }

    internal Sanitizer(SanitizeOptions options, IReadOnlyList<Detector> detectors)
    {
        _keys = new SensitiveKeys(options.ExtraKeys, Text);
        _maxLength = options.MaxLength;
        _detectors = detectors;
        _quick = detectors.All(d => Detectors.All.Contains(d));
    }

    /// <summary>How often a rule failed, and its value was redacted whole for that.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Whether a field of this name is redacted whatever its value.</summary>
    public bool IsSensitiveKey(string key) => _keys.Of(key).Sensitive;

    /// <summary>A text without anything that must not be kept; the same instance when it is clean.</summary>
    public string Text(string text)
    {
        if (_quick && (text.Length < Detectors.ShortestSecret || (!Detectors.Suspicious(text) && text.Length <= _maxLength && !Escapes.Any(text))))
        {
            return text;
        }

        try
        {
            return Cap(Unveil(Cut(text)));
        }
        catch (Exception)
        {
            // A rule that fails must neither leak the value nor fail the caller.
            Interlocked.Increment(ref _failures);
            s_failed.Add(1);
            return Redacted;
        }
    }

    /// <summary>A value as it may be kept under that name. Numbers, arrays and other objects are judged by their text.</summary>
    public object? Value(string key, object? value)
    {
        if (value is null || (value is string { Length: 0 }))
        {
            return value;
        }

        return Value(_keys.Of(key), value);
    }

    /// <summary>An attribute's name without secrets in it.</summary>
    public string Key(string key) => _keys.Of(key).Clean;

    /// <summary>An attribute as it may be kept.</summary>
    internal KeyValuePair<string, object?> Attribute(KeyValuePair<string, object?> attribute, out bool changed)
    {
        var verdict = _keys.Of(attribute.Key);
        var value = attribute.Value is null or string { Length: 0 } ? attribute.Value : Value(verdict, attribute.Value);
        changed = !ReferenceEquals(value, attribute.Value) || !ReferenceEquals(verdict.Clean, attribute.Key);
        return changed ? new(verdict.Clean, value) : attribute;
    }

    /// <summary>The parts of a list or dictionary as one text: <c>a, b</c> or <c>key=value, key=value</c>, by which the rules know its names.</summary>
    internal static string Joined(IEnumerable items) => string.Join(", ", items switch
    {
        IDictionary dictionary => dictionary.Keys.Cast<object>().Take(MaxItems).Select(k => $"{k}={dictionary[k]}"),
        IEnumerable<KeyValuePair<string, object?>> pairs => pairs.Take(MaxItems).Select(p => $"{p.Key}={p.Value}"),
        IEnumerable<KeyValuePair<string, string?>> pairs => pairs.Take(MaxItems).Select(p => $"{p.Key}={p.Value}"),
        _ => items.Cast<object?>().Take(MaxItems),
    });

    private object Value(KeyVerdict verdict, object value) =>
        verdict.Sensitive ? Redacted : verdict.Sql && value is string sql ? Text(SqlText.Redact(sql)) : Value(value);

    private object Value(object value)
    {
        switch (value)
        {
            case string text:
                return Text(text);
            case bool or float or int or short or byte or char or TimeSpan or DateTime or DateTimeOffset or Guid or Enum:
                return value;
            case long number:
                return number is > -1_000_000_000_000 and < 1_000_000_000_000 ? value : Numeric(value, number.ToString(CultureInfo.InvariantCulture));
            case double number:
                return Math.Abs(number) is >= 1e12 and < 1e19 && number == Math.Truncate(number) ? Numeric(value, number.ToString("F0", CultureInfo.InvariantCulture)) : value;
            case IFormattable number and (ulong or decimal or Int128 or UInt128):
                return Numeric(value, number.ToString(null, CultureInfo.InvariantCulture));
            case string[] texts:
                return Texts(texts);
            case bool[] or int[]:
                return value;
            case long[] numbers:
                return Array.Exists(numbers, n => Value(n) is string) ? Redacted : value;
            case double[] numbers:
                return Array.Exists(numbers, n => Value(n) is string) ? Redacted : value;
            case IEnumerable items:
                return Text(Joined(items));
            default:
                return Text(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
        }
    }

    private object Numeric(object value, string text) => ReferenceEquals(Text(text), text) ? value : Redacted;

    private string[] Texts(string[] texts)
    {
        string[]? clean = null;
        for (var i = 0; i < texts.Length; i++)
        {
            var text = texts[i];
            if (text is null)
            {
                continue;
            }

            var settled = Text(text);
            if (!ReferenceEquals(settled, text))
            {
                clean ??= (string[])texts.Clone();
                clean[i] = settled;
            }
        }

        return clean ?? texts;
    }

    private static Detector Pattern(string text)
    {
        var pattern = SanitizeOptions.Pattern(text);
        return value => pattern.Replace(value, Redacted);
    }

    /// <summary>Repeats the rules until nothing changes, so that what comes out would pass again as it is.</summary>
    private string Settle(string text)
    {
        for (var round = 0; round < 4; round++)
        {
            var before = text;
            foreach (var detector in _detectors)
            {
                text = detector(text);
            }

            if (ReferenceEquals(before, text) || before == text)
            {
                return before;
            }
        }

        return Redacted;
    }

    /// <summary>
    /// Escapes must not carry a secret past the rules: where the plain text holds one, it is kept plain and redacted. That comes first, since a
    /// rule that sees a part of a secret would leave the rest of it where no rule knows it.
    /// </summary>
    private string Unveil(string text)
    {
        var plain = text;
        for (var round = 0; Escapes.Any(plain); round++)
        {
            var before = plain;
            plain = Escapes.Decode(before);
            if (ReferenceEquals(plain, before))
            {
                break;
            }

            if (round == MaxEncodings)
            {
                // Nobody encodes one text this often, but to hide it.
                return Redacted;
            }
        }

        if (!ReferenceEquals(plain, text) && Settle(plain) is var clean && clean != plain)
        {
            return clean;
        }

        return Settle(text);
    }

    /// <summary>Cuts before the rules run, so that their cost is bounded; between two words, so that no secret loses the part it is known by.</summary>
    private string Cut(string text)
    {
        if (text.Length <= _maxLength)
        {
            return text;
        }

        var end = _maxLength - CutMark.Length;
        var blank = text.AsSpan(0, end).LastIndexOfAny(" \t\r\n");
        return string.Concat(text.AsSpan(0, blank >= end - WordLength ? blank : end), CutMark);
    }

    /// <summary>Marks may be longer than what they replace; then the text is cut again, behind a mark, where nothing new can come about.</summary>
    private string Cap(string text)
    {
        if (text.Length <= _maxLength)
        {
            return text;
        }

        var mark = text.AsSpan(0, _maxLength - CutMark.Length).LastIndexOf(Redacted);
        return mark < 0 ? Redacted : string.Concat(text.AsSpan(0, mark + Redacted.Length), CutMark);
    }
}
