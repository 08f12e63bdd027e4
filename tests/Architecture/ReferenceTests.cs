using System.Xml.Linq;

namespace OrionPlatform.Architecture.Tests;

/// <summary>Who may know whom; docs/architecture.md draws the same arrows. A project that a team adds may know whom it likes.</summary>
public sealed class ReferenceTests
{
    internal static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["platform/Orion.Redaction"] = [],
        ["platform/Orion.Sink"] = [],
        ["platform/Orion.Store"] = [],
        ["platform/Orion.Store.Analyzers"] = [],
        ["platform/Orion.Telemetry"] = ["platform/Orion.Redaction", "platform/Orion.Sink"],
        ["platform/Orion.Alerts"] = ["platform/Orion.Sink"],
        ["platform/Orion.OpsPanel"] = ["platform/Orion.Sink", "platform/Orion.Store", "platform/Orion.Telemetry"],
        ["platform/Orion.Cli"] = ["platform/Orion.Sink"],
        ["platform/Orion.LoadTesting"] = [],
        ["ServiceDefaults"] = ["platform/Orion.Telemetry", "platform/Orion.Redaction"],
        ["services/Domain"] = ["platform/Orion.Store"],
        ["services/Contracts"] = [],
        ["services/Api"] =
        [
            "services/Domain", "services/Contracts", "ServiceDefaults",
            "platform/Orion.Sink", "platform/Orion.Store", "platform/Orion.OpsPanel",
        ],
        ["services/Worker"] =
            ["services/Domain", "ServiceDefaults", "platform/Orion.Sink", "platform/Orion.Store", "platform/Orion.Alerts"],
        ["load-tests"] = ["ServiceDefaults", "services/Contracts", "platform/Orion.LoadTesting"],
        ["services/NodeAgent"] = ["services/Contracts", "ServiceDefaults", "services/Sleeper"],
    };

    [Fact]
    public void Every_room_references_only_the_rooms_it_may_know()
    {
        var wrong = Allowed
            .Where(room => Repository.Rooms.ContainsKey(room.Key))
            .SelectMany(room => References(Repository.Rooms[room.Key])
                .Where(reference => !room.Value.Contains(reference.Room))
                .Select(reference => $"{room.Key} -> {reference.Room}"))
            .ToList();

        Assert.True(wrong.Count == 0, "References the design does not allow: " + string.Join(", ", wrong));
    }

    [Fact]
    public void The_app_model_builds_the_services_but_compiles_against_none_of_them()
    {
        var references = References(Repository.Rooms["AppHost"]).ToList();

        Assert.NotEmpty(references);
        Assert.All(references, r => Assert.Equal(
            "false", r.Element.Attribute("ReferenceOutputAssembly")?.Value ?? r.Element.Element("ReferenceOutputAssembly")?.Value));
    }

    [Fact]
    public void Packages_get_their_versions_from_one_place()
    {
        var wrong = Repository.Rooms.Values
            .Where(file => XDocument.Load(file).Descendants("PackageReference").Any(p => p.Attribute("Version") is not null))
            .ToList();

        Assert.Empty(wrong);
    }

    internal static IEnumerable<(string Room, XElement Element)> References(string projectFile) =>
        XDocument.Load(projectFile).Descendants("ProjectReference")
            .Select(e => (
                Repository.RoomOf(Path.Combine(Path.GetDirectoryName(projectFile)!, e.Attribute("Include")!.Value.Replace('\\', '/'))),
                e));
}
