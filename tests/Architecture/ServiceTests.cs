namespace OrionPlatform.Architecture.Tests;

/// <summary>What every service under <c>services/</c> wears.</summary>
public sealed class ServiceTests
{
    // The sleeper is a workload that the node agent starts: it serves nobody. What has no Program.cs is a library.
    public static TheoryData<string> Services =>
    [
        .. Repository.Rooms.Keys.Where(r => r.StartsWith("services/", StringComparison.Ordinal) && r != "services/Sleeper"
            && File.Exists(Path.Combine(Repository.Root, r, "Program.cs"))),
    ];

    [Theory]
    [MemberData(nameof(Services))]
    public void Every_service_calls_AddServiceDefaults(string room) =>
        Assert.Contains(".AddServiceDefaults()", Program(room), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Services))]
    public void Every_service_that_serves_http_uses_the_tracing_pipeline_and_maps_its_health(string room)
    {
        var program = Program(room);
        if (program.Contains("WebApplication", StringComparison.Ordinal))
        {
            Assert.Contains(".UseServiceDefaults()", program, StringComparison.Ordinal);
            Assert.Contains(".MapDefaultEndpoints()", program, StringComparison.Ordinal);
        }
    }

    private static string Program(string room) => File.ReadAllText(Path.Combine(Repository.Root, room, "Program.cs"));
}
