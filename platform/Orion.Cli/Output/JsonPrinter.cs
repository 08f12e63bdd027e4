using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orion.Cli.Output;

/// <summary>A JSON array with an object on a line for each row.</summary>
internal sealed class JsonPrinter(TextWriter output) : RowPrinter
{
    // Escapes control characters and quotes, and leaves other letters readable.
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private string[] _columns = [];
    private bool _any;

    public override void Begin(string[] columns)
    {
        _columns = columns;
        output.Write('[');
    }

    public override void Row(object?[] values)
    {
        var members = values.Select((value, i) => $"{JsonSerializer.Serialize(_columns[i], s_options)}:{Value(value)}");
        output.Write($"{(_any ? "," : "")}\n  {{{string.Join(',', members)}}}");
        _any = true;
    }

    public override void End() => output.WriteLine(_any ? "\n]" : "]");

    // JSON has no infinities, which SQLite has.
    private static string Value(object? value) =>
        value is double number && !double.IsFinite(number) ? "null" : JsonSerializer.Serialize(value, s_options);
}
