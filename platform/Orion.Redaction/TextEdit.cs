using System.Text;

namespace Orion.Redaction;

/// <summary>Collects replacements in one text from left to right; allocates only once something is replaced.</summary>
internal ref struct TextEdit(string text)
{
    // A value with more secrets than this is a dump of them: it goes as a whole, which also bounds the work on hostile input.
    private const int MaxMarks = 256;

    private readonly string _text = text;
    private int _marks;
    private StringBuilder? _result;

    /// <summary>End of the last replaced range: rules that look to the left stop here, which keeps them linear.</summary>
    public int Done { get; private set; }

    /// <summary>Nothing more needs to be looked for: the whole text will be replaced.</summary>
    public readonly bool IsFull => _marks > MaxMarks;

    /// <summary>Gives up on single marks.</summary>
    public void Fill() => _marks = MaxMarks + 1;

    /// <param name="start">First character of what is replaced.</param>
    /// <param name="end">Behind its last character.</param>
    /// <param name="quote">Put before and behind the mark, where a value that had none needs quotes now.</param>
    public void Redact(int start, int end, ReadOnlySpan<char> quote = default)
    {
        start = Math.Max(start, Done);
        if (end <= start)
        {
            return;
        }

        _marks++;
        _result ??= new StringBuilder(_text.Length + 16);
        _result.Append(_text, Done, start - Done).Append(quote).Append(Sanitizer.Redacted).Append(quote);
        Done = end;
    }

    public readonly string Finish() =>
        IsFull ? Sanitizer.Redacted : _result is null ? _text : _result.Append(_text, Done, _text.Length - Done).ToString();
}
