namespace Orion.Sink.Otlp;

/// <summary>What a member of OTLP's JSON is in protobuf.</summary>
internal enum OtlpJsonKind
{
    Text,
    Base64,
    Id,
    Bool,
    Double,
    Enum,
    Int64,
    UInt64,
    UInt32,
    ZigZag32,
    Fixed32,
    Fixed64,
    SignedFixed64,
    Message,
}
