using Microsoft.Extensions.Configuration;

var builder = DistributedApplication.CreateBuilder(args);

// Where data lies and where the API listens: --Data:Directory=FOLDER, --Ports:Api=0 (a free port).
var data = Path.GetFullPath(builder.Configuration["Data:Directory"] ?? Path.Combine(builder.AppHostDirectory, "..", ".data"));
builder.Configuration["Data:Directory"] = data;
var keys = Path.Combine(data, "dev-keys.json");
var apiPort = builder.Configuration.GetValue("Ports:Api", 5080);

var store = builder.AddConnectionString("store", ReferenceExpression.Create($"Data Source={Path.Combine(data, "store.db")}"));
var telemetry = builder.AddConnectionString("telemetry", ReferenceExpression.Create($"Directory={Path.Combine(data, "telemetry")}"));

// Generated secrets: the two persisted ones are kept in the user secrets, outside the repository; the login token is new each run.
var joinToken = builder.AddParameter("node-join-token", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);
var otlpKey = builder.AddParameter("otlp-api-key", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);
var loginToken = builder.AddParameter("ops-login-token", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true);

var api = AddService<Projects.Api>("api", apiPort)
    .WithExternalHttpEndpoints()
    .WithReference(store)
    .WithReference(telemetry)
    .WithEnvironment("Orion__Ops__LoginToken", loginToken)
    .WithEnvironment("Orion__Node__JoinToken", joinToken)
    .WithEnvironment("Orion__Otlp__ApiKey", otlpKey)
    .WithUrlForEndpoint("http", url => url.DisplayText = "API");
api.WithUrl($"{api.GetEndpoint("http")}/admin/ops/login?t={loginToken}", "Ops panel")
    .WithUrl(new Uri(keys).AbsoluteUri, "Keys of the demo tenants");

AddService<Projects.Worker>("worker")
    .WithReference(store)
    .WithReference(telemetry);

var nodeAgent = AddService<Projects.NodeAgent>("node-agent")
    .WithReference(api)
    .WaitFor(api)
    .WithEnvironment("Orion__Node__JoinToken", joinToken)
    .WithEnvironment("Orion__Agent__StateDirectory", Path.Combine(data, "node"))
    .WithEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT", $"{api.GetEndpoint("http")}/otlp")
    .WithEnvironment("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    .WithEnvironment("OTEL_EXPORTER_OTLP_HEADERS", $"x-otlp-api-key={otlpKey}");

// Drives the demo tenants gently, so that the panel has something to show: --Traffic:Enabled=false leaves it out.
if (builder.Configuration.GetValue("Traffic:Enabled", true))
{
    builder.AddProject<Projects.LoadTests>("traffic", launchProfileName: null)
        .WithArgs("--profile", "demo", "--keys", keys)
        .WithReference(api)
        .WaitFor(api)
        .WaitFor(nodeAgent)
        .WithParentRelationship(api);
}

builder.Build().Run();

// The environment is passed on explicitly: Aspire does not hand its own down, and a service without one would run as Production.
IResourceBuilder<ProjectResource> AddService<TProject>(string name, int port = 0) where TProject : IProjectMetadata, new() =>
    builder.AddProject<TProject>(name, launchProfileName: null)
        .WithHttpEndpoint(port == 0 ? null : port)
        .WithHttpHealthCheck("/health")
        .WithEnvironment("DOTNET_ENVIRONMENT", builder.Environment.EnvironmentName);
