using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace OrionPlatform.NodeAgent;

/// <summary>Settings of the agent, section <c>Orion:Agent</c>.</summary>
internal sealed partial class AgentOptions : IValidatableObject
{
    public const string Section = "Orion:Agent";

    /// <summary>What people call this node; the machine's name when not set.</summary>
    public string Name { get; set; } = "";

    /// <summary>Where credential and records of workloads are kept, for nobody else to read. Relative to the content root.</summary>
    public string StateDirectory { get; set; } = "";

    /// <summary>Slots this node offers.</summary>
    [Range(1, 4096, ErrorMessage = "Orion:Agent:Slots must lie between 1 and 4096.")]
    public int Slots { get; set; } = 16;

    /// <summary>How long a workload has to end after it was asked to, before it is killed. Windows cannot ask.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:20",
        ErrorMessage = "Orion:Agent:StopGrace must lie between 00:00:00 and 00:00:20, well under the lease of a task.")]
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the workloads of an agent that was killed run on while no other takes over. On Windows they end with it.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "Orion:Agent:OrphanGrace must lie between 00:00:00 and 01:00:00.")]
    public TimeSpan OrphanGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What this node can run, by name. Nothing else is ever started.</summary>
    public Dictionary<string, RuntimeOptions> Runtimes { get; set; } = [];

    /// <summary>What a node joins the platform with, <c>Orion:Node:JoinToken</c>; a node that has joined needs none.</summary>
    internal string? JoinToken { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!NodeName().IsMatch(Name))
        {
            yield return new(
                $"{Section}:Name is '{Name}'; it needs 1 to 100 letters, digits, '.', '_' or '-', beginning with a letter or digit.");
        }

        if (Runtimes.Count is 0 or > 64)
        {
            yield return new($"{Section}:Runtimes must name 1 to 64 runtimes, for example Runtimes:sleeper:Command=OrionPlatform.Sleeper.");
        }

        foreach (var (name, runtime) in Runtimes)
        {
            if (!RuntimeName().IsMatch(name))
            {
                yield return new($"{Section}:Runtimes:{name} is not a name; use lower-case letters, digits, '.', '_' or '-'.");
            }

            if (string.IsNullOrWhiteSpace(runtime.Command))
            {
                yield return new($"{Section}:Runtimes:{name}:Command is missing.");
            }
        }

        if (string.IsNullOrEmpty(JoinToken) && !File.Exists(NodeSession.CredentialFile(StateDirectory)))
        {
            yield return new(
                "Orion:Node:JoinToken is missing, and this node has not registered before: set it to the join token of the api.");
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex NodeName();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,62}\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex RuntimeName();
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

/// <summary>Binds the settings and fills in what was left out.</summary>
internal static class AgentOptionsExtensions
{
    internal static void AddAgentOptions(this WebApplicationBuilder builder)
    {
        var root = builder.Environment.ContentRootPath;
        builder.Services.AddOptions<AgentOptions>().BindConfiguration(AgentOptions.Section)
            .PostConfigure<IConfiguration>((o, configuration) =>
            {
                o.Name = o.Name.Length == 0 ? Environment.MachineName : o.Name;
                o.StateDirectory = Path.GetFullPath(
                    o.StateDirectory.Length == 0 ? Path.Combine("..", "..", ".data", "node") : o.StateDirectory, root);
                o.JoinToken = configuration["Orion:Node:JoinToken"];
            })
            .ValidateDataAnnotations()
            .ValidateOnStart();
    }
}
