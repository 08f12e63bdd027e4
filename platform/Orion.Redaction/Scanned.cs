namespace Orion.Redaction;

/// <summary>
/// Characters that rules have looked at beyond the one pass that each makes over a text: behind a name for its value's end, from a bracket
/// on for JSON. Counted by thread; by it the tests see that hostile texts cost work in proportion to their length.
/// </summary>
internal static class Scanned
{
    [ThreadStatic]
    private static long s_characters;

    public static long Characters => s_characters;

    public static void Add(int characters) => s_characters += Math.Max(1, characters);
}
