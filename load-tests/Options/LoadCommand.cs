using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace OrionPlatform.LoadTests;

/// <summary>The command line.</summary>
/// <param name="environment">Reads an environment variable.</param>
/// <param name="run">Does what was asked for and returns the exit code; its token is cancelled by Ctrl+C and SIGTERM.</param>
internal sealed class LoadCommand(Func<string, string?> environment, Func<LoadOptions, CancellationToken, Task<int>> run)
{
    // Where Aspire tells a program the api's address.
    private const string ApiAddress = "services__api__http__0";
    private const string About = """
        Holds the platform to its SLOs under load.

        Exit codes: 0 all SLOs hold; 2 an SLO does not hold; 3 the run cannot tell; 4 the run could not be made.
        """;

    // A platform that was started for the run is stopped within it.
    private static readonly TimeSpan s_stopWithin = TimeSpan.FromMinutes(1);

    private readonly Option<Profile> _profile = new("--profile")
    {
        HelpName = "gate|smoke|demo", CustomParser = OptionValues.Profile,
        Description = "gate: 60 calls/s for 30 s (default). smoke: 40 calls/s for 20 s. demo: gentle endless traffic, no verdict",
    };

    private readonly Option<Uri?> _url = new("--url")
    {
        HelpName = "URL", CustomParser = OptionValues.Url,
        Description = $"The api. Without it (and without {ApiAddress}) a platform is started for the run",
    };

    private readonly Option<string?> _keys = new("--keys")
    {
        HelpName = "FILE", CustomParser = OptionValues.NotEmpty,
        Description = "The tenants' keys (dev-keys.json). Without it .data/dev-keys.json of this solution",
    };

    private readonly Option<TimeSpan?> _duration = new("--duration")
    {
        HelpName = "TIME", CustomParser = result => OptionValues.Time(result, smallest: TimeSpan.FromSeconds(1)),
        Description = "Length of the load: 20s, 500ms, 2m",
    };

    private readonly Option<TimeSpan?> _warmUp = new("--warm-up")
    {
        HelpName = "TIME", CustomParser = result => OptionValues.Time(result, smallest: TimeSpan.Zero),
        Description = "Load before anything is recorded",
    };

    private readonly Option<int?> _rate = new("--rate")
    {
        HelpName = "N", CustomParser = OptionValues.Rate, Description = "Public API calls per second",
    };

    private readonly Option<string?> _reports = new("--report-folder")
    {
        HelpName = "FOLDER", CustomParser = OptionValues.NotEmpty,
        Description = "Where the JSON, JUnit and Markdown reports go. Without it reports",
    };

    public async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors)
    {
        var root = new RootCommand(About) { _profile, _url, _keys, _duration, _warmUp, _rate, _reports };
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
            EnableDefaultExceptionHandler = false, Output = output, Error = errors, ProcessTerminationTimeout = s_stopWithin,
        });
    }

    private async Task<int> RunAsync(ParseResult parsed, TextWriter errors, CancellationToken stop)
    {
        try
        {
            return await run(OptionsOf(parsed), stop);
        }
        catch (UsageException e)
        {
            await errors.WriteLineAsync(e.Message);
            return ExitCodes.Error;
        }
    }

    private LoadOptions OptionsOf(ParseResult parsed)
    {
        var usual = LoadOptions.Of(parsed.GetValue(_profile));
        return usual with
        {
            Url = parsed.GetValue(_url) ?? ApiOf(environment(ApiAddress)),
            KeysFile = parsed.GetValue(_keys),
            Duration = parsed.GetValue(_duration) ?? usual.Duration,
            WarmUp = parsed.GetValue(_warmUp) ?? usual.WarmUp,
            Rate = parsed.GetValue(_rate) ?? usual.Rate,
            ReportFolder = parsed.GetValue(_reports) ?? usual.ReportFolder,
        };
    }

    private static Uri? ApiOf(string? address) => string.IsNullOrEmpty(address)
        ? null
        : OptionValues.UrlOf(address) ?? throw new UsageException($"{ApiAddress} is '{address}'; it {OptionValues.UrlShape}.");
}
