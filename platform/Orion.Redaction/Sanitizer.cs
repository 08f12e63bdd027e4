using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Options;

namespace Orion.Redaction;

/// <summary>
/// Replaces what must not be kept by <see cref="Redacted"/>, in place and never by omission: by the field's name, then by what the value
/// looks like, then by length. Linear in the value's length, and free of allocation when there is nothing to redact.
/// </summary>
public sealed class Sanitizer
{
    /// <summary>What stands where something was removed.</summary>
    public const string Redacted = "[REDACTED]";

    private const string CutMark = " [cut]";
    private const int WordLength = 256;
    private const int MaxEncodings = 5;

    // Of the same name as the platform's other instruments, by which all of them are listened to.
    private static readonly Meter s_meter = new("orion");

    private static readonly Counter<long> s_failed =
        s_meter.CreateCounter<long>("orion.sanitize.failures", "{value}", "Values redacted whole because a redaction rule failed");

    // Texts within texts (JSON in JSON in JSON): deeper ones are hidden, since nobody else writes them.
    private const int MaxTexts = 8;

    [ThreadStatic]
    private static int s_texts;

    private readonly SensitiveKeys _keys;
    private readonly ValueWalker _walker;
    private readonly int _maxLength;
    private readonly Detectors _builtIn;
    private readonly Detector[] _detectors;

    // The quick look knows the built-in rules only; with others no value is spared.
    private readonly bool _quick;
    private long _failures;

    /// <summary>A sanitizer with the built-in rules, the options' additions, and the application's own rules.</summary>
    public Sanitizer(IOptions<SanitizeOptions> options, IEnumerable<IRedactionRule> rules)
        : this(options.Value, [.. options.Value.ExtraPatterns.Select(Pattern), .. rules.Select(r => (Detector)r.Redact)])
    {
    }

    /// <param name="options">The settings.</param>
    /// <param name="further">Rules beside the built-in ones.</param>
    internal Sanitizer(SanitizeOptions options, IReadOnlyList<Detector> further)
    {
        var names = new SensitiveNames(options.ExtraKeys);
        _keys = new SensitiveKeys(names, Text);
        _walker = new ValueWalker(key => _keys.Of(key).Kind, Key, Text);
        _maxLength = options.MaxLength;
        _builtIn = new Detectors(names, options.ExtraTokenPrefixes);
        _detectors = [.. _builtIn.All, .. further];
        _quick = further.Count == 0;
    }

    /// <summary>How often a rule failed, and its value was redacted whole for that.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>Whether a field of this name may not keep this value, whatever it looks like.</summary>
    public bool Hides(string key, object? value) => _keys.Of(key).Kind is var kind && kind != NameKind.Plain && !Harmless.Is(kind, value);

    /// <summary>A text without anything that must not be kept; the same instance when it is clean.</summary>
    public string Text(string text)
    {
        if (_quick && (text.Length < Detectors.ShortestSecret || (text.Length <= _maxLength && !_builtIn.Suspicious(text))))
        {
            return text;
        }

        try
        {
            return s_texts++ < MaxTexts ? Cap(Whole(Cut(text))) : Redacted;
        }
        catch (Exception)
        {
            // A rule that fails must neither leak the value nor fail the caller.
            Interlocked.Increment(ref _failures);
            s_failed.Add(1);
            return Redacted;
        }
        finally
        {
            s_texts--;
        }
    }

    /// <summary>
    /// A value as it may be kept under that name: text, truth, number, arrays of these, arrays of objects and dictionaries. Any other list
    /// or map becomes one of these or JSON; each is judged part by part before.
    /// </summary>
    public object? Value(string key, object? value)
    {
        if (value is null || (value is string { Length: 0 }))
        {
            return value;
        }

        return Flat(Value(_keys.Of(key), value));
    }

    /// <summary>The same, with lists and maps as they are.</summary>
    internal object? Tree(string key, object? value) => value is null or string { Length: 0 } ? value : Value(_keys.Of(key), value);

    /// <summary>A list or map as the text it is shown as: its parts judged one by one, then written as JSON; a text as it is.</summary>
    internal string Shown(object? value) => value is string text ? Text(text) : value is null ? "" : AsText(_walker.Clean(value, 0));

    /// <summary>An attribute's name without secrets in it.</summary>
    public string Key(string key) => _keys.Of(key).Clean;

    /// <summary>An attribute as it may be kept.</summary>
    internal KeyValuePair<string, object?> Attribute(KeyValuePair<string, object?> attribute, out bool changed)
    {
        var verdict = _keys.Of(attribute.Key);
        var value = attribute.Value is null or string { Length: 0 } ? attribute.Value : Flat(Value(verdict, attribute.Value));
        changed = !ReferenceEquals(value, attribute.Value) || !ReferenceEquals(verdict.Clean, attribute.Key);
        return changed ? new(verdict.Clean, value) : attribute;
    }

    /// <summary>A clean value as text: lists and maps as JSON.</summary>
    internal static string AsText(object? value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        System.Collections.IEnumerable => JsonText.Of(value),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private object? Value(KeyVerdict verdict, object value)
    {
        if (verdict.Kind != NameKind.Plain && !Harmless.Is(verdict.Kind, value))
        {
            return Redacted;
        }

        return verdict.Sql && value is string sql ? Text(SqlText.Redact(sql)) : _walker.Clean(value, 0);
    }

    /// <summary>Rows hold plain values, arrays and dictionaries; other structure is kept as JSON.</summary>
    private static object? Flat(object? value) => value switch
    {
        string or string[] or bool[] or int[] or long[] or double[] or object?[] or Dictionary<string, object?> => value,
        byte[] bytes => Convert.ToBase64String(bytes),
        System.Collections.IEnumerable => JsonText.Of(value),
        _ => value,
    };

    private static Detector Pattern(string text)
    {
        var pattern = SanitizeOptions.Pattern(text);
        return value => pattern.Replace(value, Redacted);
    }

    /// <summary>What is JSON as a whole is judged by its values alone, which may hold texts again; anything else by all rules.</summary>
    /// <remarks>What a rule left may be encoded or hold a secret in another reading: it is judged again, until nothing changes.</remarks>
    private string Whole(string text)
    {
        string? settled = null;
        for (var round = 0; round < 4; round++)
        {
            var before = text;
            var clean = JsonText.Redact(before, _walker, out var whole);
            text = !whole ? Unveil(clean, ref settled) : _quick ? clean : Settle(clean, ref settled);
            if (ReferenceEquals(text, before) || text == before)
            {
                return before;
            }
        }

        return Redacted;
    }

    /// <summary>Repeats the rules until nothing changes, so that what comes out would pass again as it is.</summary>
    /// <param name="text">The text.</param>
    /// <param name="settled">The text that the rules left last, which they leave again.</param>
    private string Settle(string text, ref string? settled)
    {
        if (ReferenceEquals(text, settled))
        {
            return text;
        }

        for (var round = 0; round < 4; round++)
        {
            var before = text;
            foreach (var detector in _detectors)
            {
                text = detector(text);
            }

            if (ReferenceEquals(before, text) || before == text)
            {
                return settled = before;
            }
        }

        return Redacted;
    }

    /// <summary>
    /// Escapes must not carry a secret past the rules: where the plain text holds one, it is kept plain and redacted. That comes first,
    /// since a rule that sees a part of a secret would leave the rest of it where no rule knows it.
    /// </summary>
    private string Unveil(string text, ref string? settled)
    {
        var (plain, isRedacted) = (text, false);
        for (var round = 0; Escapes.Any(plain); round++)
        {
            var before = plain;
            var redacted = _builtIn.RedactEscaped(before);
            isRedacted |= !ReferenceEquals(redacted, before);
            if (Escapes.Hold(redacted) is { } held && Settle(held, ref settled) is var clear && !ReferenceEquals(clear, held))
            {
                (plain, isRedacted) = (Escapes.Release(clear), true);
                continue;
            }

            plain = Escapes.Decode(redacted);
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

        if (ReferenceEquals(plain, text))
        {
            return Settle(text, ref settled);
        }

        // Escaped blanks belong to the value that they are in; and to the words of a key's frame or a command line, which they part.
        var (clean, spaced) = (Settle(plain, ref settled), plain.Replace('\u00a0', ' '));
        if (isRedacted || clean != plain)
        {
            return clean.Contains('\u00a0', StringComparison.Ordinal) ? Settle(clean.Replace('\u00a0', ' '), ref settled) : clean;
        }

        clean = Settle(spaced, ref settled);
        return clean != spaced ? clean : Settle(text, ref settled);
    }

    /// <summary>
    /// Cuts before the rules run, so that their cost is bounded; between two words, so that no secret loses the part it is known by.
    /// </summary>
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

    /// <summary>
    /// Marks may be longer than what they replace; then the text is cut again, behind a mark, where nothing new can come about.
    /// </summary>
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
