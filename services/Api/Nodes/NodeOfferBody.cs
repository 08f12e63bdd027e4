using OrionPlatform.Domain;

namespace OrionPlatform.Api;

/// <summary>What an agent offers, as registration and heartbeats carry it.</summary>
internal static class NodeOfferBody
{
    public const int MaxRuntimes = 64;

    public static NodeOffer Read(JsonMembers members) => new(
        members.Text("name", 100, Shapes.NodeName(), Shapes.NodeNameShape),
        (int)members.Integer("slots", 1, 4096),
        members.Texts("runtimes", MaxRuntimes, Shapes.RuntimeMaxLength, Shapes.Runtime(), Shapes.RuntimeShape));
}
