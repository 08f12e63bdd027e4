using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;

namespace OrionPlatform.Services.Tests;

/// <summary>Somebody who has nothing but the OpenAPI document has a client of the API.</summary>
[Trait("Store", "once")]
public sealed class GeneratedClientTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private readonly ApiUnderTest _api = shared.Api;

    [Fact]
    public async Task A_client_generated_from_the_document_creates_reads_and_releases_an_allocation()
    {
        dynamic client = await ClientAsync();
        var project = _api.ProjectOf("acme");
        var key = Guid.NewGuid().ToString("N");
        var generated = ((object)client).GetType().Assembly;
        dynamic request = Activator.CreateInstance(generated.GetType("Generated.CreateAllocationRequest")!)!;
        dynamic requested = Enum.Parse(generated.GetType("Generated.State")!, "Requested");
        request.Runtime = "sleeper";
        request.Slots = 2;

        var created = await client.CreateAllocationAsync(project, "client-1", key, request);
        var again = await client.CreateAllocationAsync(project, "client-1", key, request);
        var read = await client.GetAllocationAsync(project, created.Id, "client-1");
        var page = await client.ListAllocationsAsync(project, 10, null, requested, "client-1");
        var released = await client.ReleaseAllocationAsync(project, created.Id, "client-1");

        Assert.Equal(("sleeper", 2, "requested"), ((string)created.Runtime, (int)created.Slots, (string)created.State));
        Assert.Equal(((string)created.Id, (string)created.Id), ((string)again.Id, (string)read.Id));
        Assert.Contains((string)created.Id, ((IEnumerable<dynamic>)page.Items).Select(a => (string)a.Id));
        Assert.Equal("releasing", (string)released.State);
    }

    [Fact]
    public async Task A_refusal_reaches_the_generated_client_as_the_problem_that_the_document_describes()
    {
        dynamic client = await ClientAsync();
        var project = _api.ProjectOf("acme");
        var refused = await Assert.ThrowsAnyAsync<Exception>(
            async () => await client.GetAllocationAsync(project, "al_unknown", "client-2"));

        dynamic problem = ((dynamic)refused).Result;
        Assert.Equal(("allocation_not_found", 404), ((string)problem.Error_code, (int)problem.Status));
    }

    private async Task<object> ClientAsync()
    {
        var document =
            await OpenApiDocument.FromJsonAsync(await _api.Client().GetStringAsync(new Uri("openapi/v1.json", UriKind.Relative)));
        var code = new CSharpClientGenerator(document, new CSharpClientGeneratorSettings
        {
            ClassName = "AllocationClient",
            CSharpGeneratorSettings = { Namespace = "Generated", JsonLibrary = CSharpJsonLibrary.SystemTextJson },
        }).GenerateFile();
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(f => MetadataReference.CreateFromFile(f));
        using var assembly = new MemoryStream();
        var built = CSharpCompilation.Create("generated-client", [CSharpSyntaxTree.ParseText(code)], references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)).Emit(assembly);
        Assert.True(built.Success, string.Join('\n', built.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));

        assembly.Position = 0;
        var type = new AssemblyLoadContext("generated-client", isCollectible: true).LoadFromStream(assembly)
            .GetType("Generated.AllocationClient")!;
        var http = _api.Client(_api.DevKeys.GetProperty("acme").GetProperty("apiKey").GetString());
        var client = Activator.CreateInstance(type, http)!;
        type.GetProperty("BaseUrl", BindingFlags.Public | BindingFlags.Instance)?.SetValue(client, _api.Address.ToString());
        return client;
    }
}
