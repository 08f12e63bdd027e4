namespace Orion.Redaction;

/// <summary>Sets of characters that rules are made of.</summary>
internal static class Letters
{
    public const string Ascii = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    public const string Capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    public const string Digits = "0123456789";
    public const string Alnum = Ascii + Digits;
}
