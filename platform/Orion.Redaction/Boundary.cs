namespace Orion.Redaction;

/// <summary>Where words begin, for what is known by its first characters.</summary>
internal static class Boundary
{
    /// <summary>Whether nothing belongs to the word before it: letters of an escape do not (<c>\nghp_...</c>).</summary>
    public static bool IsBefore(ReadOnlySpan<char> text, int at, bool underscore)
    {
        if (at == 0)
        {
            return true;
        }

        var c = text[at - 1];
        if (!char.IsAsciiLetterOrDigit(c) && (underscore || c != '_'))
        {
            return true;
        }

        return (at > 1 && text[at - 2] == '\\' && c is 'n' or 'r' or 't' or 'b' or 'f') || (at > 5 && text[at - 6] == '\\'
            && text[at - 5] == 'u');
    }
}
