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

// Generated secrets: the key is kept in the user secrets, outside the repository; the login token is new each run.
var otlpKey = builder.AddParameter(
    "otlp-api-key", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);
var loginToken = builder.AddParameter("ops-login-token", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true);

var api = AddService<Projects.Api>("api", settings.ApiPort, settings.ApiReplicas)
    .WithExternalHttpEndpoints()
    .WithReference(store)
    .WaitFor(store, WaitBehavior.WaitOnResourceUnavailable)
    .WithReference(telemetry)
    .WithEnvironment("Orion__Ops__LoginToken", loginToken)
    // Telemetry comes in with it, from anybody's OpenTelemetry SDK.
    .WithEnvironment("Orion__Otlp__ApiKey", otlpKey)
    .WithUrlForEndpoint("http", url => url.DisplayText = "API")
    .WithUrl(new Uri(settings.DevKeysFile).AbsoluteUri, "Keys of the demo tenants");
api.WithOpsPanelLink(loginToken.Resource)
    .WithLoginLinkCommand(store.Resource)
    .WithSloSmokeCommand(new Projects.LoadTests().ProjectPath, settings.DevKeysFile);

AddService<Projects.Worker>("worker", replicas: settings.WorkerReplicas)
    .WithReference(store)
    .WaitFor(store, WaitBehavior.WaitOnResourceUnavailable)
    .WithReference(telemetry)
    .WithRedriveCommand(new Projects.Api().ProjectPath, store.Resource);

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
