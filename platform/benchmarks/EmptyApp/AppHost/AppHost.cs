// What the `start` benchmark measures the platform against: an application of four empty web projects, as Aspire's templates make one.
var builder = DistributedApplication.CreateBuilder(args);
foreach (var name in (string[])["one", "two", "three", "four"])
{
    builder.AddProject<Projects.Web>(name, launchProfileName: null).WithHttpEndpoint().WithHttpHealthCheck("/health");
}

builder.Build().Run();
