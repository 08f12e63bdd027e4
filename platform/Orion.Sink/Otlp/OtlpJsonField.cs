using System.Text;

namespace Orion.Sink.Otlp;

/// <summary>A member: its names in JSON, and the field it is in protobuf.</summary>
internal sealed class OtlpJsonField(int number, string name, OtlpJsonKind kind, bool repeated, OtlpJsonShape? message, string? values)
{
    public int Number => number;

    /// <summary>Its name in lowerCamelCase.</summary>
    public string Name => name;

    public OtlpJsonKind Kind => kind;

    public bool IsRepeated => repeated;

    /// <summary>Its shape, when it is a message.</summary>
    public OtlpJsonShape Message => message!;

    /// <summary>The names of an enumeration's values, in their order.</summary>
    public string[] Values { get; } = values?.Split(' ') ?? [];

    private readonly byte[] _camel = Encoding.UTF8.GetBytes(name);

    // Its name in the .proto file, which ProtoJSON has readers take as well.
    private readonly byte[] _original = Encoding.UTF8.GetBytes(string.Concat(name.Select(c => char.IsAsciiLetterUpper(c)
        ? $"_{char.ToLowerInvariant(c)}" : $"{c}")));

    public bool IsCalled(ReadOnlySpan<byte> text) => text.SequenceEqual(_camel) || text.SequenceEqual(_original);
}
