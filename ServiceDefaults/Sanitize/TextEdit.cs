using System.Text;

namespace OrionPlatform.ServiceDefaults;

/// <summary>Collects replacements in one text from left to right; allocates only once something is replaced.</summary>
internal ref struct TextEdit(string text)
{
    private readonly string _text = text;
    private StringBuilder? _result;

    /// <summary>End of the last replaced range: rules that look to the left stop here, which keeps them linear.</summary>
    public int Done { get; private set; }

    public void Redact(int start, int end)
    {
        start = Math.Max(start, Done);
        if (end <= start)
        {
            return;
        }

        _result ??= new StringBuilder(_text.Length + 16);
        _result.Append(_text, Done, start - Done).Append(Sanitizer.Redacted);
        Done = end;
    }

    public readonly string Finish() =>
        _result is null ? _text : _result.Append(_text, Done, _text.Length - Done).ToString();
}
