using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Orion.LoadTesting.Options;

/// <summary>The command line.</summary>
internal sealed class LoadCommand
{
    private const string About = "Exit codes: 0 all SLOs hold; 2 an SLO does not hold; 3 the run cannot tell; 4 the run could not be made.";

    // A platform that was started for the run is stopped within it.
    private static readonly TimeSpan s_stopWithin = TimeSpan.FromMinutes(1);

    private readonly Option<TimeSpan?> _duration = new("--duration")
    {
        HelpName = "TIME",
        CustomParser = result => LoadOptionValues.Time(result, smallest: TimeSpan.FromSeconds(1)),
        Description = "Length of the load: 20s, 500ms, 2m",
    };

    private readonly Option<TimeSpan?> _warmUp = new("--warm-up")
    {
        HelpName = "TIME",
        CustomParser = result => LoadOptionValues.Time(result, smallest: TimeSpan.Zero),
        Description = "Load before anything is recorded",
    };

    private readonly Option<int?> _rate = new("--rate")
    {
        HelpName = "N",
        CustomParser = LoadOptionValues.Rate,
        Description = "Calls per second",
    };

    private readonly Option<string?> _reports = new("--report-folder")
    {
        HelpName = "FOLDER",
        CustomParser = LoadOptionValues.NotEmpty,
        Description = "Where the JSON, JUnit and Markdown reports go. Without it reports",
    };

    private readonly Option<string[]> _appHost = new("--apphost")
    {
        HelpName = "ARGUMENT",
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
        Description = "An argument of the platform that is started for the run, as in --apphost=--Store:Engine=postgres; may be repeated",
    };

    private readonly LoadTest _test;
    private readonly Func<string, string?> _environment;
    private readonly Func<LoadPlan, CancellationToken, Task<int>> _run;
    private readonly Option<LoadProfile?> _profile;
    private readonly Option<Uri?> _url;

    /// <param name="test">Whose command line it is.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="run">Does what was asked for and returns the exit code; its token is cancelled by Ctrl+C and SIGTERM.</param>
    public LoadCommand(LoadTest test, Func<string, string?> environment, Func<LoadPlan, CancellationToken, Task<int>> run)
    {
        (_test, _environment, _run) = (test, environment, run);
        _profile = new("--profile")
        {
            HelpName = string.Join('|', test.Profiles.Select(p => p.Name)),
            CustomParser = result => LoadOptionValues.Profile(result, test.Profiles),
            Description = string.Join(". ", test.Profiles.Select((p, i) => $"{p.Name}{(i == 0 ? " (default)" : "")}: {Summary(p)}")),
        };
        _url = new("--url")
        {
            HelpName = "URL",
            CustomParser = LoadOptionValues.Url,
            Description = $"What is loaded. Without it (and without {test.Target.AddressVariable}) a platform is started for the run",
        };
    }

    public async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors)
    {
        var root = new RootCommand($"{_test.Description}\n\n{About}") { _profile, _url, _appHost, _duration, _warmUp, _rate, _reports };
        foreach (var option in _test.Options)
        {
            root.Add(option);
        }

        root.SetAction((parsed, stop) => RunAsync(parsed, errors, stop));

        // No response files: a path may begin with @.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            // Words that nothing was waiting for are often what an earlier mistake left over.
            var first = parsed.Errors.OrderBy(e => e.SymbolResult is CommandResult).First();
            await errors.WriteLineAsync($"{first.Message} --help shows the options.");
            return ExitCodes.Error;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            Output = output,
            Error = errors,
            ProcessTerminationTimeout = s_stopWithin,
        });
    }

    private static string Summary(LoadProfile profile)
    {
        var load = profile is GateProfile gate ? $"{gate.Rate} calls/s for {gate.Duration.TotalSeconds:0.#} s" : "endless, no verdict";
        return profile.Description.Length > 0 ? $"{profile.Description}, {load}" : load;
    }

    private async Task<int> RunAsync(ParseResult parsed, TextWriter errors, CancellationToken stop)
    {
        try
        {
            return await _run(PlanOf(parsed), stop);
        }
        catch (LoadTestException e)
        {
            await errors.WriteLineAsync(e.Message);
            return ExitCodes.Error;
        }
    }

    private LoadPlan PlanOf(ParseResult parsed)
    {
        var profile = parsed.GetValue(_profile) ?? _test.Profiles[0];
        var plan = new LoadPlan
        {
            Profile = profile,
            Url = parsed.GetValue(_url) ?? AddressOf(_environment(_test.Target.AddressVariable)),
            Amount = new(
                parsed.GetValue(_rate) ?? profile.Amount.Rate,
                parsed.GetValue(_duration) ?? profile.Amount.Duration,
                parsed.GetValue(_warmUp) ?? profile.Amount.WarmUp),
            AppHostArguments = parsed.GetValue(_appHost) ?? [],
            Parsed = parsed,
        };
        if (plan is { Url: { } url, AppHostArguments.Count: > 0 })
        {
            throw new LoadTestException($"--apphost is for a platform that is started for the run, and {url} runs already.");
        }

        return plan with { ReportFolder = parsed.GetValue(_reports) ?? plan.ReportFolder };
    }

    private Uri? AddressOf(string? address) => string.IsNullOrEmpty(address)
        ? null
        : LoadOptionValues.UrlOf(address)
            ?? throw new LoadTestException($"{_test.Target.AddressVariable} is '{address}'; it {LoadOptionValues.UrlShape}.");
}
