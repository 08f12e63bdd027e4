using System.Globalization;

namespace OrionPlatform.LoadTests;

/// <summary>What a run is for.</summary>
internal enum Profile
{
    /// <summary>The full gate.</summary>
    Gate,

    /// <summary>A short gate for every test run.</summary>
    Smoke,

    /// <summary>Gentle endless traffic that keeps the panel alive.</summary>
    Demo,
}

/// <summary>The program's options.</summary>
internal sealed record LoadOptions
{
    private static readonly HashSet<string> s_names = ["--profile", "--url", "--keys", "--duration", "--warm-up", "--rate", "--report-folder"];

    public Profile Profile { get; private init; } = Profile.Gate;

    /// <summary>The api; null to start a platform for the run.</summary>
    public Uri? Url { get; private init; }

    /// <summary>File with the tenants' keys; null for the place where the platform writes it.</summary>
    public string? KeysFile { get; private init; }

    /// <summary>Length of the load, without warm-up and drain.</summary>
    public TimeSpan Duration { get; private init; } = TimeSpan.FromSeconds(30);

    public TimeSpan WarmUp { get; private init; } = TimeSpan.FromSeconds(5);

    /// <summary>Public API calls per second.</summary>
    public int Rate { get; private init; } = 60;

    public string ReportFolder { get; private init; } = "reports";

    public static string Help { get; } =
        """
        Holds the platform to its SLOs under load.

          --profile gate|smoke|demo  gate: 60 calls/s for 30 s (default). smoke: 40 calls/s for 20 s. demo: gentle endless traffic, no verdict.
          --url URL                  The api. Without it (and without services__api__http__0) a platform is started for the run.
          --keys FILE                The tenants' keys (dev-keys.json). Default: .data/dev-keys.json of this solution.
          --duration TIME            Length of the load: 20s, 500ms, 2m.
          --warm-up TIME             Load before anything is recorded.
          --rate N                   Public API calls per second.
          --report-folder FOLDER     Where the JSON, JUnit and Markdown reports go. Default: reports.

        Exit codes: 0 all SLOs hold; 2 an SLO does not hold; 3 the run cannot tell; 4 the run could not be made.
        """;

    /// <exception cref="UsageException">An option is unknown or its value makes no sense.</exception>
    public static LoadOptions Parse(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        var given = Pairs(arguments).ToList();
        var profile = given.LastOrDefault(g => g.Name == "--profile").Value is { } name ? ParseProfile(name) : Profile.Gate;
        var options = new LoadOptions { Profile = profile, Url = environment("services__api__http__0") is { Length: > 0 } url ? ParseUrl("services__api__http__0", url) : null };
        if (profile == Profile.Smoke)
        {
            options = options with { Duration = TimeSpan.FromSeconds(20), Rate = 40, WarmUp = TimeSpan.FromSeconds(3) };
        }

        return given.Aggregate(options, (o, g) => g.Name switch
        {
            "--profile" => o,
            "--url" => o with { Url = ParseUrl(g.Name, g.Value) },
            "--keys" => o with { KeysFile = g.Value },
            "--duration" => o with { Duration = ParseTime(g.Name, g.Value, smallest: TimeSpan.FromSeconds(1)) },
            "--warm-up" => o with { WarmUp = ParseTime(g.Name, g.Value, smallest: TimeSpan.Zero) },
            "--rate" => o with { Rate = ParseRate(g.Value) },
            _ => o with { ReportFolder = g.Value },
        });
    }

    private static IEnumerable<(string Name, string Value)> Pairs(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = arguments[i].Split('=', 2) is [var n, var v] ? (n, v) : (arguments[i], null);
            if (!s_names.Contains(name))
            {
                throw new UsageException($"There is no option {name}. --help shows those there are.");
            }

            value ??= ++i < arguments.Count ? arguments[i] : throw new UsageException($"{name} needs a value. --help shows which.");
            yield return value.Length > 0 ? (name, value) : throw new UsageException($"{name} needs a value. --help shows which.");
        }
    }

    private static Profile ParseProfile(string value) => value switch
    {
        "gate" => Profile.Gate,
        "smoke" => Profile.Smoke,
        "demo" => Profile.Demo,
        _ => throw new UsageException($"--profile is '{value}'; it has to be gate, smoke or demo."),
    };

    private static Uri ParseUrl(string name, string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new UsageException($"{name} is '{value}'; it has to be an http address such as http://localhost:5080.");

    private static int ParseRate(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var rate) && rate is >= 1 and <= 100_000
            ? rate
            : throw new UsageException($"--rate is '{value}'; it has to be a number of calls per second from 1 to 100000.");

    private static TimeSpan ParseTime(string name, string value, TimeSpan smallest)
    {
        var (digits, unit) = value.EndsWith("ms", StringComparison.Ordinal) ? (value[..^2], TimeSpan.FromMilliseconds(1))
            : value.EndsWith('s') ? (value[..^1], TimeSpan.FromSeconds(1))
            : value.EndsWith('m') ? (value[..^1], TimeSpan.FromMinutes(1))
            : ("", TimeSpan.Zero);
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number <= 1e6 && unit * number is var time && time >= smallest && time <= TimeSpan.FromDays(1)
            ? time
            : throw new UsageException($"{name} is '{value}'; it has to be a time such as 20s, 500ms or 2m, from {smallest.TotalSeconds:0} s to a day.");
    }
}

/// <summary>The program was asked for something it cannot do; the message says what and how to mend it.</summary>
internal sealed class UsageException(string message) : Exception(message);
