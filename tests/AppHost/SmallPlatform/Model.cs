using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace OrionPlatform.SmallPlatform;

/// <summary>The models that the tests run as a process, chosen by <c>--Model=NAME</c>.</summary>
internal static class Model
{
    private const string LoopThatStopsInOrder = "trap 'echo stopping; echo $0 >> $ORDER; exit 0' TERM; echo running; while :; do sleep 0.05; done";

    private static string ProjectDirectory { get; } =
        typeof(Model).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "ProjectDirectory").Value!;

    public static void Run(string[] args)
    {
        var builder = DistributedApplication.CreateBuilder(args);
        switch (builder.Configuration["Model"])
        {
            case "loops":
                var first = builder.AddExecutable("first", "sh", "/", "-c", LoopThatStopsInOrder, "first");
                builder.AddExecutable("second", "sh", "/", "-c", LoopThatStopsInOrder, "second").WaitForStart(first);
                break;
            case "deaf":
                builder.AddExecutable("deaf", "sh", "/", "-c", "trap '' TERM; echo running; while :; do sleep 0.05; done");
                break;
            case "web":
                var web = builder.AddProject("web", ProjectDirectory).WithArgs("serve")
                    .WithHttpEndpoint(builder.Configuration.GetValue<int?>("Ports:Web"))
                    .WithExternalHttpEndpoints()
                    .WithHttpHealthCheck("/health");
                web.WithUrl($"{web.GetEndpoint("http")}/panel?t=token", "Ops panel");
                break;
            case "secret":
                var kept = builder.AddParameter("kept", new GenerateParameterDefault { Special = false }, secret: true, persist: true);
                var fresh = builder.AddParameter("fresh", new GenerateParameterDefault { Special = false }, secret: true);
                builder.AddExecutable("show", "sh", "/", "-c", "echo kept=$KEPT fresh=$FRESH").WithEnvironment("KEPT", kept).WithEnvironment("FRESH", fresh);
                break;
            case "needs-a-value":
                builder.AddParameter("region").WithDescription("where the nodes are");
                break;
            default:
                throw new DistributedApplicationException("Choose a model with --Model=NAME.");
        }

        builder.Build().Run();
    }
}
