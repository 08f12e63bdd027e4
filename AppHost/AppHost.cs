using OrionPlatform.AppHost;

var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
{
    Args = args,
    DisableDashboard = !RunSettings.WantsDashboard(args),
    // Everything here is plain http on this machine, so no development certificate is asked for.
    AllowUnsecuredTransport = true,
    TrustDeveloperCertificate = false,
});
using var settings = RunSettings.From(builder);

var store = builder.AddStore(settings);
var telemetry = builder.AddConnectionString("telemetry", ReferenceExpression.Create($"Directory={settings.InData("telemetry")}"));

// Generated secrets: the three persisted ones are kept in the user secrets, outside the repository; the login token is new each run.
var joinToken = builder.AddParameter(
    "node-join-token", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);
var otlpKey = builder.AddParameter(
    "otlp-api-key", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);
var agentKey = builder.AddParameter(
    "otlp-agent-key", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);
var loginToken = builder.AddParameter("ops-login-token", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true);

var api = AddService<Projects.Api>("api", settings.ApiPort, settings.ApiReplicas)
    .WithExternalHttpEndpoints()
    .WithReference(store)
    .WaitFor(store, WaitBehavior.WaitOnResourceUnavailable)
    .WithReference(telemetry)
    .WithEnvironment("Orion__Ops__LoginToken", loginToken)
    .WithEnvironment("Orion__Node__JoinToken", joinToken)
    // Telemetry comes in with these: from node agents, whose spans say what they are, and from anybody else's OpenTelemetry SDK.
    .WithEnvironment("Orion__Otlp__Keys__agent__Key", agentKey)
    .WithEnvironment("Orion__Otlp__ApiKey", otlpKey)
    .WithUrlForEndpoint("http", url => url.DisplayText = "API")
    .WithUrl(new Uri(settings.DevKeysFile).AbsoluteUri, "Keys of the demo tenants");
api.WithOpsPanelLink(loginToken.Resource)
    .WithLoginLinkCommand(store.Resource)
    .WithSendAllocationCommand(settings.DevKeysFile)
    .WithSloSmokeCommand(new Projects.LoadTests().ProjectPath, settings.DevKeysFile);

AddService<Projects.Worker>("worker", replicas: settings.WorkerReplicas)
    .WithReference(store)
    .WaitFor(store, WaitBehavior.WaitOnResourceUnavailable)
    .WithReference(telemetry)
    .WithRedriveCommand(new Projects.Api().ProjectPath, store.Resource);

AddService<Projects.NodeAgent>("node-agent")
    .WithReference(api)
    .WithEnvironment("Orion__Node__JoinToken", joinToken)
    .WithEnvironment("Orion__Agent__StateDirectory", settings.InData("node"))
    // Nothing starts a killed agent again once AppHost is gone too: its workloads end soon after it.
    .WithEnvironment("Orion__Agent__OrphanGrace", "00:00:05")
    // Nodes have no sink of their own: they send their telemetry to the api's, beside the dashboard.
    .WithEnvironment("Orion__Otlp__Endpoint", $"{api.GetEndpoint("http")}/otlp")
    .WithEnvironment("Orion__Otlp__ApiKey", agentKey);

// Drives the demo tenants gently, so that the panel has something to show: --Traffic:Enabled=false leaves it out.
if (settings.Traffic)
{
    AddProject<Projects.LoadTests>("traffic")
        .WithArgs("--profile", "demo", "--keys", settings.DevKeysFile)
        .WithReference(api)
        .WithParentRelationship(api);
}

if (builder.ExecutionContext.IsRunMode && settings.Problem(args) is { } problem)
{
    Console.Error.WriteLine($"error: {problem}");
    return 1;
}

builder.RestartCrashedServices();
using var app = builder.Build();
app.Run();
return 0;

IResourceBuilder<ProjectResource> AddService<TProject>(string name, int port = 0, int replicas = 1)
    where TProject : IProjectMetadata, new() =>
    AddProject<TProject>(name)
        // Services listen themselves: a proxy in between would be measured with them, and would answer for one that is down. Replicas
        // share an address, and so need it.
        .WithHttpEndpoint(port == 0 ? null : port, isProxied: replicas > 1)
        .WithReplicas(replicas)
        .WithHttpHealthCheck("/health");

// The one place that names how a project is added. Launch profiles are for a service that is run alone: their ports would collide with
// those given here.
IResourceBuilder<ProjectResource> AddProject<TProject>(string name) where TProject : IProjectMetadata, new() =>
    builder.AddProject<TProject>(name, launchProfileName: null)
        .StartedAsBuilt()
        .WithoutHttpsCertificate()
        .WithServiceEnvironment(builder.Environment.EnvironmentName);
