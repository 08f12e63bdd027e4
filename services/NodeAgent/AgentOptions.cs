using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace OrionPlatform.NodeAgent;

/// <summary>Settings of the agent, section <c>Orion:Agent</c>.</summary>
internal sealed class AgentOptions
{
    public const string Section = "Orion:Agent";

    /// <summary>What people call this node; the machine's name when not set.</summary>
    public string Name { get; set; } = "";

    /// <summary>Where credential and records of workloads are kept, for nobody else to read. Relative to the content root.</summary>
    public string StateDirectory { get; set; } = "";

    /// <summary>Slots this node offers.</summary>
    public int Slots { get; set; } = 16;

    /// <summary>How long a workload has to end after it was asked to, before it is killed. Windows cannot ask.</summary>
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the workloads of an agent that was killed run on while no other takes over. On Windows they end with it.</summary>
    public TimeSpan OrphanGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What this node can run, by name. Nothing else is ever started.</summary>
    public Dictionary<string, RuntimeOptions> Runtimes { get; set; } = [];
}

/// <summary>A runtime: a command and its arguments, started as they stand here, without a shell.</summary>
internal sealed class RuntimeOptions
{
    /// <summary>A path, or a name that is looked up beside the agent's own program first and then in its PATH.</summary>
    public string Command { get; set; } = "";

    /// <summary>Its arguments.</summary>
    public IList<string> Arguments { get; set; } = [];

    /// <summary>Variables for its environment, which has nothing else of the agent's but what any program needs.</summary>
    public Dictionary<string, string> Environment { get; set; } = [];
}

/// <summary>Names the first setting that cannot work.</summary>
internal sealed partial class AgentOptionsValidator : IValidateOptions<AgentOptions>
{
    public ValidateOptionsResult Validate(string? name, AgentOptions options) =>
        Problem(options) is { } problem ? ValidateOptionsResult.Fail($"{AgentOptions.Section}:{problem}") : ValidateOptionsResult.Success;

    private static string? Problem(AgentOptions o) =>
        !NodeName().IsMatch(o.Name) ? $"Name is '{o.Name}'; it needs 1 to 100 letters, digits, '.', '_' or '-', beginning with a letter or digit."
        : o.OrphanGrace < TimeSpan.Zero || o.OrphanGrace > TimeSpan.FromHours(1)
            ? $"OrphanGrace is {o.OrphanGrace}; it must lie between 00:00:00 and 01:00:00."
        : o.Slots is < 1 or > 4096 ? $"Slots is {o.Slots}; it must lie between 1 and 4096."
        : o.StopGrace < TimeSpan.Zero || o.StopGrace > TimeSpan.FromSeconds(20)
            ? $"StopGrace is {o.StopGrace}; it must lie between 00:00:00 and 00:00:20, well under the lease of a task."
        : o.Runtimes.Count is 0 or > 64 ? "Runtimes must name 1 to 64 runtimes, for example Runtimes:sleeper:Command=OrionPlatform.Sleeper."
        : o.Runtimes.Keys.FirstOrDefault(k => !RuntimeName().IsMatch(k)) is { } bad ? $"Runtimes:{bad} is not a name; use lower-case letters, digits, '.', '_' or '-'."
        : o.Runtimes.FirstOrDefault(r => string.IsNullOrWhiteSpace(r.Value.Command)).Key is { } empty ? $"Runtimes:{empty}:Command is missing."
        : null;

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex NodeName();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,62}\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex RuntimeName();
}

/// <summary>Binds the settings and fills in what was left out.</summary>
internal static class AgentOptionsExtensions
{
    internal static void AddAgentOptions(this WebApplicationBuilder builder)
    {
        var root = builder.Environment.ContentRootPath;
        builder.Services.AddOptions<AgentOptions>().BindConfiguration(AgentOptions.Section).PostConfigure(o =>
        {
            o.Name = o.Name.Length == 0 ? Environment.MachineName : o.Name;
            o.StateDirectory = Path.GetFullPath(o.StateDirectory.Length == 0 ? Path.Combine("..", "..", ".data", "node") : o.StateDirectory, root);
        })
        .Validate<IConfiguration>(
            (o, configuration) =>
                configuration["Orion:Node:JoinToken"] is { Length: > 0 } || File.Exists(NodeSession.CredentialFile(o.StateDirectory)),
            "Orion:Node:JoinToken is missing, and this node has not registered before: set it to the join token of the api.")
        .ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<AgentOptions>, AgentOptionsValidator>();
    }
}
