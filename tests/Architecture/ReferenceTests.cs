using System.Xml.Linq;

namespace OrionPlatform.Architecture.Tests;

/// <summary>Who may know whom. docs/architecture.md draws the same arrows.</summary>
public sealed class ReferenceTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Sink"] = [],
        ["Sink/Cli"] = ["Sink"],
        ["Store"] = [],
        ["ServiceDefaults"] = ["Sink"],
        ["Watch"] = ["Sink", "ServiceDefaults"],
        ["OpsPanel"] = ["Sink", "Store", "ServiceDefaults"],
        ["services/Api"] = ["ServiceDefaults", "Sink", "Store", "OpsPanel"],
        ["services/Worker"] = ["ServiceDefaults", "Sink", "Store", "Watch"],
        ["services/NodeAgent"] = ["ServiceDefaults", "services/Sleeper"],
        ["services/Sleeper"] = [],
        ["load-tests"] = [],
        // The app model names what it starts; it compiles against none of it (next test).
        ["AppHost"] = ["services/Api", "services/Worker", "services/NodeAgent", "load-tests"],
    };

    [Fact]
    public void Every_room_references_only_the_rooms_it_may_know()
    {
        var wrong = Repository.Rooms
            .SelectMany(room => References(room.Value)
                .Where(reference => !(s_allowed.GetValueOrDefault(room.Key) ?? []).Contains(reference.Room))
                .Select(reference => $"{room.Key} -> {reference.Room}"))
            .ToList();

        Assert.True(wrong.Count == 0, "References the design does not allow: " + string.Join(", ", wrong));
    }

    [Fact]
    public void Every_room_of_the_design_stands_and_no_other()
    {
        Assert.Equal(s_allowed.Keys.Order(), Repository.Rooms.Keys.Order());
    }

    [Fact]
    public void The_app_model_builds_the_services_but_compiles_against_none_of_them()
    {
        var references = References(Repository.Rooms["AppHost"]).ToList();

        Assert.NotEmpty(references);
        Assert.All(references, r => Assert.Equal("false", r.Element.Attribute("ReferenceOutputAssembly")?.Value ?? r.Element.Element("ReferenceOutputAssembly")?.Value));
    }

    [Fact]
    public void Packages_get_their_versions_from_one_place()
    {
        var wrong = Repository.Rooms.Values
            .Where(file => XDocument.Load(file).Descendants("PackageReference").Any(p => p.Attribute("Version") is not null))
            .ToList();

        Assert.Empty(wrong);
    }

    private static IEnumerable<(string Room, XElement Element)> References(string projectFile) =>
        XDocument.Load(projectFile).Descendants("ProjectReference")
            .Select(e => (Repository.RoomOf(Path.Combine(Path.GetDirectoryName(projectFile)!, e.Attribute("Include")!.Value.Replace('\\', '/'))), e));
}
