using System.Buffers;
using System.Runtime.InteropServices;

namespace Orion.Redaction;

/// <summary>Follows a text from left to right and knows whether a place lies in double quotes of its line, and in how deep ones.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct OpenQuote
{
    private static readonly SearchValues<char> s_signs = SearchValues.Create("\"\r\n");

    private int _at;

    public OpenQuote() => Depth = -1;

    /// <summary>Backslashes before the quote that is open; -1 when none is.</summary>
    public int Depth { get; private set; }

    /// <summary>Goes on to a place, which is never before the last one.</summary>
    public void MoveTo(ReadOnlySpan<char> text, int to)
    {
        while (_at < to)
        {
            var next = text[_at..to].IndexOfAny(s_signs);
            if (next < 0)
            {
                break;
            }

            var at = _at + next;
            if (text[at] != '"')
            {
                Depth = -1;
            }
            else
            {
                var depth = ValueSpan.Backslashes(text, at, _at);
                Depth = Depth < 0 ? depth : Depth == depth ? -1 : Depth;
            }

            _at = at + 1;
        }

        _at = Math.Max(_at, to);
    }
}
