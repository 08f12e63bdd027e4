using System.Buffers;
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

    private readonly SensitiveKeys _keys;
    private readonly int _maxLength;
    private readonly IReadOnlyList<Detector> _detectors;
    private long _failures;

    /// <summary>A sanitizer with the built-in rules and the options' additions.</summary>
    public Sanitizer(IOptions<SanitizeOptions> options)
        : this(options.Value, Detectors.All)
    {
    }

    internal Sanitizer(SanitizeOptions options, IReadOnlyList<Detector> detectors)
    {
        _keys = new SensitiveKeys(options.ExtraKeys, Text);
        _maxLength = options.MaxLength;
        _detectors = detectors;
    }

    /// <summary>How often a rule failed, and its value was redacted whole for that.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Whether a field of this name is redacted whatever its value.</summary>
    public bool IsSensitiveKey(string key) => _keys.Of(key).Sensitive;

    /// <summary>A text without anything that must not be kept; the same instance when it is clean.</summary>
    public string Text(string text)
    {
        if (text.Length < Detectors.ShortestSecret || (!Detectors.Suspicious(text) && text.Length <= _maxLength && !text.Contains('%', StringComparison.Ordinal)))
        {
            return text;
        }

        try
        {
            return Cap(Unveil(Settle(Cut(text))));
        }
        catch (Exception)
        {
            // A rule that fails must neither leak the value nor fail the caller.
            Interlocked.Increment(ref _failures);
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

        return _keys.Of(key).Sensitive ? Redacted : Value(value);
    }

    /// <summary>An attribute's name without secrets in it.</summary>
    public string Key(string key) => _keys.Of(key).Clean;

    /// <summary>An attribute as it may be kept.</summary>
    internal KeyValuePair<string, object?> Attribute(KeyValuePair<string, object?> attribute, out bool changed)
    {
        var verdict = _keys.Of(attribute.Key);
        var value = attribute.Value is null or string { Length: 0 } ? attribute.Value : verdict.Sensitive ? Redacted : Value(attribute.Value);
        changed = !ReferenceEquals(value, attribute.Value) || !ReferenceEquals(verdict.Clean, attribute.Key);
        return changed ? new(verdict.Clean, value) : attribute;
    }

    private object Value(object value)
    {
        switch (value)
        {
            case string text:
                return Text(text);
            case bool or double or float or int or short or byte or char or TimeSpan or DateTime or DateTimeOffset or Guid or Enum:
                return value;
            case long number:
                return number is > -1_000_000_000_000 and < 1_000_000_000_000 ? value : Numeric(value, number.ToString(CultureInfo.InvariantCulture));
            case IFormattable number and (ulong or decimal or Int128 or UInt128):
                return Numeric(value, number.ToString(null, CultureInfo.InvariantCulture));
            case string[] texts:
                return Texts(texts);
            case bool[] or double[] or int[]:
                return value;
            case long[] numbers:
                return Array.Exists(numbers, n => Value(n) is string) ? Redacted : value;
            case System.Collections.IEnumerable items:
                return Text(string.Join(',', items.Cast<object?>().Take(128)));
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

    /// <summary>Percent-encoding must not carry a secret past the rules: where the decoded text holds one, it is kept decoded and redacted.</summary>
    private string Unveil(string text)
    {
        var plain = text;
        for (var round = 0; round < MaxEncodings; round++)
        {
            var before = plain;
            plain = Uri.UnescapeDataString(before);
            if (plain == before)
            {
                if (plain == text || !Detectors.Suspicious(plain))
                {
                    return text;
                }

                var clean = Settle(plain);
                return clean == plain ? text : clean;
            }
        }

        // Nobody encodes one text this often, but to hide it.
        return Redacted;
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
