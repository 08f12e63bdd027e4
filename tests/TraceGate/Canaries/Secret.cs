namespace OrionPlatform.TraceGate.Tests;

/// <summary>A secret that exists nowhere else: where its needle turns up, a secret of its kind has leaked.</summary>
/// <param name="Surface">Where it was sent.</param>
/// <param name="Kind">What it looks like.</param>
/// <param name="Text">How it was sent.</param>
/// <param name="Needle">The part that must not be kept.</param>
internal sealed record Secret(string Surface, string Kind, string Text, string Needle)
{
    public override string ToString() => $"{Kind} sent as {Surface}";
}
