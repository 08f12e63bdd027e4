using System.Net;
using System.Net.Sockets;

namespace OrionPlatform.AppHost.Tests;

public sealed class EndpointTests
{
    [Fact]
    public void An_address_is_not_known_before_the_application_starts()
    {
        var api = DistributedApplication.CreateBuilder().AddProject("api", AppModel.SmallPlatform).WithHttpEndpoint();

        var error = Assert.Throws<DistributedApplicationException>(() => api.GetEndpoint("http").Url);

        Assert.Contains("endpoint 'http' of resource 'api' is not known before the application starts", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Endpoint_names_ignore_case_and_an_unknown_one_is_named()
    {
        var api = DistributedApplication.CreateBuilder().AddProject("api", AppModel.SmallPlatform).WithHttpEndpoint();

        Assert.True(api.GetEndpoint("HTTP").Exists);
        Assert.False(api.GetEndpoint("grpc").Exists);
        Assert.Contains("'api' has no endpoint named 'grpc'", Assert.Throws<DistributedApplicationException>(() => api.GetEndpoint("grpc").Scheme).Message, StringComparison.Ordinal);
        Assert.Contains("two endpoints named 'http'", Assert.Throws<DistributedApplicationException>(() => api.WithHttpEndpoint()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_taken_port_is_refused_before_anything_starts_with_the_resource_the_port_and_the_mend()
    {
        using var occupied = new TcpListener(IPAddress.Loopback, 0);
        occupied.Start();
        var port = ((IPEndPoint)occupied.LocalEndpoint).Port;
        var builder = DistributedApplication.CreateBuilder();
        builder.AddProject("node-agent", AppModel.SmallPlatform).WithHttpEndpoint(port);

        var error = Assert.Throws<DistributedApplicationException>(() => Ports.Allocate(builder.Resources));

        Assert.Contains($"Port {port} of resource 'node-agent'", error.Message, StringComparison.Ordinal);
        Assert.Contains("--Ports:NodeAgent=0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_resources_cannot_ask_for_one_port()
    {
        var builder = DistributedApplication.CreateBuilder();
        var port = FreePort();
        builder.AddProject("a", AppModel.SmallPlatform).WithHttpEndpoint(port);
        builder.AddProject("b", AppModel.SmallPlatform).WithHttpEndpoint(targetPort: port);

        Assert.Contains($"Port {port} is asked for by resources 'a' and 'b'", Assert.Throws<DistributedApplicationException>(() => Ports.Allocate(builder.Resources)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_first_replica_has_the_fixed_port_and_a_variable_can_carry_it()
    {
        await using var model = new AppModel();
        var port = FreePort();
        var api = model.Builder.AddProject("api", AppModel.SmallPlatform).WithHttpEndpoint(port, env: "PORT").WithReplicas(2);

        Assert.Equal($"{port}", (await model.EnvironmentOfAsync(api))["PORT"]);
        Assert.NotEqual($"{port}", (await model.EnvironmentOfAsync(api, replica: 1))["PORT"]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65536)]
    public void A_port_out_of_range_is_refused(int port)
    {
        var api = DistributedApplication.CreateBuilder().AddProject("api", AppModel.SmallPlatform);

        Assert.Contains($"Port {port} of resource 'api'", Assert.Throws<DistributedApplicationException>(() => api.WithHttpEndpoint(port)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Different_ports_inside_and_outside_need_a_proxy_which_there_is_none()
    {
        var api = DistributedApplication.CreateBuilder().AddProject("api", AppModel.SmallPlatform);

        Assert.Contains("no proxy", Assert.Throws<DistributedApplicationException>(() => api.WithHttpEndpoint(port: 5080, targetPort: 8080)).Message, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
