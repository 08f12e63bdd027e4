using System.Security.Cryptography;
using System.Text;
using Orion.Redaction;
using Orion.Sink.Otlp;
using Orion.Telemetry.Tracing;

namespace Orion.Telemetry.Otlp;

/// <summary>
/// Cleans, in an OTLP export, what OpenTelemetry's types let nobody change before it is written: resource, scopes, the events and links of
/// spans, metric points and their exemplars. Spans and log records are clean by then. No field passes that is not known.
/// </summary>
internal sealed class WireRedactor(Sanitizer sanitizer)
{
    /// <summary>
    /// Tells series apart that redaction made alike; a backend would take them for one series with two values at a time. A keyed hash of
    /// what they were: its key is made anew by each process and never leaves it, so nothing can be guessed back from it.
    /// </summary>
    public const string SeriesMark = "orion.redacted.series";

    // Cleaning a value takes many times the work of reading it; deeper nesting than any SDK writes is not worth it.
    private const int MaxDepth = 16;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>The export as it may leave, and the rows in it.</summary>
    /// <exception cref="OtlpFormatException">It is not protobuf; nothing of it may leave.</exception>
    public (ReadOnlyMemory<byte> Body, int Rows) Clean(ReadOnlySpan<byte> export, WireShape shape)
    {
        var clean = new WireBuffer(export.Length + (export.Length / 8));
        var rows = Message(export, shape, clean);
        return (clean.Written, rows);
    }

    private int Message(ReadOnlySpan<byte> message, WireShape shape, WireBuffer to)
    {
        var rows = shape.IsRow ? 1 : 0;
        var changed = false;
        for (var reader = new ProtobufReader(message); reader.Next();)
        {
            switch (shape.Of(reader.Field))
            {
                case WireRule.Keep:
                    to.Add(reader.Whole);
                    break;
                case WireRule.Text:
                    to.Text(reader.Field, sanitizer.Text(Text(reader)));
                    break;
                case WireRule.State when Text(reader) is var state && ReferenceEquals(sanitizer.Text(state), state):
                    to.Add(reader.Whole);
                    break;
                case WireRule.Attribute:
                    changed |= Nested(reader, to, 0, Attribute);
                    break;
                case WireRule.Message:
                    var opened = to.Open(reader.Field);
                    rows += Message(reader.Content, shape.Message(reader.Field), to);
                    to.Close(opened);
                    break;
            }
        }

        if (changed && shape.SeriesField > 0)
        {
            Mark(message, shape.SeriesField, to);
        }

        return rows;
    }

    private delegate bool Part(ReadOnlySpan<byte> message, WireBuffer to, int depth);

    private static bool Nested(in ProtobufReader reader, WireBuffer to, int depth, Part part)
    {
        var opened = to.Open(reader.Field);
        var changed = part(reader.Content, to, depth);
        to.Close(opened);
        return changed;
    }

    /// <summary>A <c>KeyValue</c>: true when it is not what it was.</summary>
    private bool Attribute(ReadOnlySpan<byte> pair, WireBuffer to, int depth)
    {
        var key = "";
        ReadOnlySpan<byte> value = [];
        for (var reader = new ProtobufReader(pair); reader.Next();)
        {
            if (reader.Wire == 2 && reader.Field == 1)
            {
                key = Text(reader);
            }
            else if (reader.Wire == 2 && reader.Field == 2)
            {
                value = reader.Content;
            }
        }

        var clean = sanitizer.Key(key);
        to.Text(1, clean);
        var changed = clean != key;
        var opened = to.Open(2);
        var isNested = Holds(value, nested: true);
        var tree = isNested ? WireValue.Read(value, 0) : null;
        if (Holds(value, nested: false) && sanitizer.Hides(key, tree ?? WireValue.Read(value, 0)))
        {
            to.Text(1, Sanitizer.Redacted);
            changed = true;
        }
        else if (tree is not null && sanitizer.Tree(key, tree) is var cleaned && !ReferenceEquals(cleaned, tree))
        {
            // What makes a part of a list or map a secret may be another part.
            WireValue.Write(cleaned, to);
            changed = true;
        }
        else
        {
            changed |= Value(key, value, to, depth + 1);
        }

        to.Close(opened);
        return changed;
    }

    private bool Item(ReadOnlySpan<byte> value, WireBuffer to, int depth) => Value("", value, to, depth);

    /// <summary>An <c>AnyValue</c>: true when it is not what it was.</summary>
    private bool Value(string key, ReadOnlySpan<byte> value, WireBuffer to, int depth)
    {
        if (depth > MaxDepth)
        {
            to.Text(1, Sanitizer.Redacted);
            return true;
        }

        var changed = false;
        for (var reader = new ProtobufReader(value); reader.Next();)
        {
            switch (reader.Field)
            {
                case 1 when reader.Wire == 2:
                    var text = Text(reader);
                    var clean = (string)sanitizer.Value(key, text)!;
                    to.Text(1, clean);
                    changed |= !ReferenceEquals(clean, text);
                    break;
                case 7 when reader.Wire == 2:
                    // Bytes are read as if each were a character, so that those that are no text come out as they went in.
                    var bytes = Encoding.Latin1.GetString(reader.Content);
                    var cleanBytes = sanitizer.Text(bytes);
                    to.Bytes(7, Encoding.Latin1.GetBytes(cleanBytes));
                    changed |= !ReferenceEquals(cleanBytes, bytes);
                    break;
                case 3 or 4 when reader.Wire != 2 && sanitizer.Value("", reader.Field == 3 ? (long)reader.Varint()
                    : (object)reader.Floating()) is string redacted:
                    to.Text(1, redacted);
                    changed = true;
                    break;
                case 2 or 3 or 4:
                    to.Add(reader.Whole);
                    break;
                case 5 or 6 when reader.Wire == 2:
                    var opened = to.Open(reader.Field);
                    for (var items = new ProtobufReader(reader.Content); items.Next();)
                    {
                        if (items.Wire == 2 && items.Field == 1)
                        {
                            changed |= Nested(items, to, depth + 1, reader.Field == 5 ? Item : Attribute);
                        }
                    }

                    to.Close(opened);
                    break;
            }
        }

        return changed;
    }

    /// <summary>Whether there is anything in it, or a list or map.</summary>
    private static bool Holds(ReadOnlySpan<byte> value, bool nested)
    {
        for (var reader = new ProtobufReader(value); reader.Next();)
        {
            if (nested ? reader is { Field: 5 or 6, Wire: 2 } : reader.Wire != 2 || !reader.Content.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    private void Mark(ReadOnlySpan<byte> point, int attributes, WireBuffer to)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        for (var reader = new ProtobufReader(point); reader.Next();)
        {
            if (reader.Field == attributes)
            {
                hash.AppendData(reader.Whole);
            }
        }

        var pair = to.Open(attributes);
        to.Text(1, SeriesMark);
        var value = to.Open(2);
        to.Text(1, Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8)));
        to.Close(value);
        to.Close(pair);
    }

    private static string Text(in ProtobufReader reader) => Encoding.UTF8.GetString(reader.Content);
}
