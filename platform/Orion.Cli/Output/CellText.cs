using System.Globalization;
using System.Text;
using TerminalText = Spectre.Console.Rendering.Segment;

namespace Orion.Cli.Output;

/// <summary>
/// Text as a terminal shows it: in characters as people see them (text elements: with their combining marks, and emoji that are joined),
/// each some cells wide. The table library measures cells, but wraps between chars, which tears a character in two; so it gets nothing that
/// it would have to wrap.
/// </summary>
internal static class CellText
{
    /// <summary>How many cells the text's longest line takes.</summary>
    public static int Width(string text)
    {
        var widest = 0;
        foreach (var line in text.Split('\n'))
        {
            widest = Math.Max(widest, Cells(line));
        }

        return widest;
    }

    /// <summary>The text's beginning of at most so many chars, which ends with a whole character.</summary>
    public static string Beginning(string text, int chars)
    {
        var end = 0;
        for (var next = 0; next <= chars && next < text.Length;)
        {
            end = next;
            next += StringInfo.GetNextTextElementLength(text, next);
        }

        // A character of more marks than all of it may be long: its own beginning, then.
        return end > 0 ? text[..end] : text[..(char.IsHighSurrogate(text[chars - 1]) ? chars - 1 : chars)];
    }

    /// <summary>The text in lines of at most so many cells, broken between words where there are some, else between characters.</summary>
    public static string Wrap(string text, int width)
    {
        if (Width(text) <= width)
        {
            return text;
        }

        var wrapped = new StringBuilder(text.Length + (text.Length / width) + 1);
        foreach (var line in text.Split('\n'))
        {
            wrapped.Append(wrapped.Length > 0 ? "\n" : "");
            WrapLine(wrapped, line, width);
        }

        return wrapped.ToString();
    }

    private static void WrapLine(StringBuilder wrapped, string line, int width)
    {
        var (begin, cells, space) = (0, 0, -1);
        for (var at = 0; at < line.Length;)
        {
            var length = LengthAt(line, at, width);
            var own = Cells(line.Substring(at, length));
            if (cells + own > width && at > begin)
            {
                // A blank at the break shows nothing, and is left out.
                var end = line[at] == ' ' ? at : space > begin ? space : at;
                wrapped.Append(line, begin, end - begin).Append('\n');
                begin = end < line.Length && line[end] == ' ' ? end + 1 : end;
                (cells, space) = (Cells(line[begin..Math.Max(begin, at)]), -1);
                if (begin > at)
                {
                    at = begin;
                    continue;
                }
            }

            space = line[at] == ' ' ? at : space;
            (cells, at) = (cells + own, at + length);
        }

        wrapped.Append(line, begin, line.Length - begin);
    }

    // One that is wider than a line, as joined emoji may be, is taken apart, but never a code point.
    private static int LengthAt(string line, int at, int width)
    {
        var length = StringInfo.GetNextTextElementLength(line, at);
        return Cells(line.Substring(at, length)) <= width ? length : char.IsSurrogatePair(line, at) ? 2 : 1;
    }

    private static int Cells(string line) => new TerminalText(line).CellCount();
}
