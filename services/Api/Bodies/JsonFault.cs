using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace OrionPlatform.Api;

/// <summary>
/// Says what is wrong with a body that is no JSON, or none that is taken: what, in which member, and at which line and byte.
/// </summary>
internal static class JsonFault
{
    private const int MaxPath = 200;

    /// <summary>The first fault; null when there is none.</summary>
    /// <param name="bytes">The body.</param>
    /// <param name="maxDepth">Objects and arrays that may lie within each other.</param>
    public static string? Find(ReadOnlySpan<byte> bytes, int maxDepth)
    {
        if (!Utf8.IsValid(bytes))
        {
            return Sentence("", bytes, FirstInvalid(bytes), "it is not UTF-8");
        }

        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = maxDepth });
        var path = new Stack<Level>();
        try
        {
            while (reader.Read())
            {
                if (Step(ref reader, path) is { } fault)
                {
                    return Sentence(PathOf(path), bytes, (int)reader.TokenStartIndex, fault);
                }
            }

            return null;
        }
        catch (JsonException e)
        {
            // In an array it is the value that would have come next.
            Next(path);
            return Sentence(PathOf(path), e.LineNumber ?? 0, e.BytePositionInLine ?? 0, null);
        }
    }

    private static string? Step(ref Utf8JsonReader reader, Stack<Level> path)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                var level = path.Peek();
                level.Member = NameOf(ref reader);
                return level.Member is null ? "a member's name is no text"
                    : level.Seen!.Add(level.Member) ? null
                    : $"'{Short(level.Member)}' is given more than once";
            case JsonTokenType.StartObject:
                Next(path);
                path.Push(new Level { Seen = new HashSet<string>(StringComparer.Ordinal) });
                return null;
            case JsonTokenType.StartArray:
                Next(path);
                path.Push(new Level());
                return null;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                path.Pop();
                return null;
            default:
                Next(path);
                return null;
        }
    }

    private static void Next(Stack<Level> path)
    {
        if (path.TryPeek(out var level) && level.Seen is null)
        {
            level.Index++;
        }
    }

    // An escape such as \ud800 alone is valid JSON and no valid text.
    private static string? NameOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string PathOf(Stack<Level> path)
    {
        var text = new StringBuilder();
        foreach (var level in path.Reverse())
        {
            if (level.Seen is null)
            {
                text.Append('[').Append(Math.Max(0, level.Index)).Append(']');
            }
            else if (level.Member is { } member)
            {
                text.Append(text.Length > 0 ? "." : "").Append(Short(member));
            }
        }

        return text.Length > MaxPath ? text.ToString(0, MaxPath) + "..." : text.ToString();
    }

    private static string Short(string name) => name.Length > 64 ? Sound(name[..64]) + "..." : name;

    private static string Sound(string cut) => char.IsHighSurrogate(cut[^1]) ? cut[..^1] : cut;

    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }

    private static string Sentence(string path, ReadOnlySpan<byte> bytes, int at, string fault)
    {
        var before = bytes[..at];
        return Sentence(path, before.Count((byte)'\n'), at - (before.LastIndexOf((byte)'\n') + 1), fault);
    }

    private static string Sentence(string path, long line, long column, string? fault) =>
        $"The body is not valid JSON at {(path.Length > 0 ? $"'{path}', " : "")}line {line + 1}, byte {column + 1}"
            + (fault is null ? "." : $": {fault}.");

    /// <summary>An object or array that is open: the names it has had so far (null for an array), and where in it the reader is.</summary>
    private sealed class Level
    {
        public HashSet<string>? Seen { get; init; }

        public string? Member { get; set; }

        public int Index { get; set; } = -1;
    }
}
