using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Orion.Cli.Files;
using Orion.Cli.Output;
using Orion.Cli.Querying;
using Orion.Cli.Tables;

namespace Orion.Cli;

/// <summary>What is typed, what is answered, and the exit code: 0 done, 2 refused or failed, 130 stopped.</summary>
/// <param name="input">Where a statement is read from when none is given.</param>
/// <param name="output">Where rows go.</param>
/// <param name="notes">Where everything else that people are told goes.</param>
/// <param name="time">The clock.</param>
public sealed class TelemetryCommand(TextReader input, TextWriter output, TextWriter notes, TimeProvider time)
{
    private const int Refused = 2;

    private readonly Option<string> _data = new("--data")
    {
        HelpName = "FOLDER",
        Description = "The telemetry folder",
        Recursive = true,
        CustomParser = OptionValues.NotEmpty,
        DefaultValueFactory = _ => Path.Combine(".data", "telemetry"),
    };

    private readonly Option<DateTimeOffset?> _from = new("--from")
    {
        HelpName = "TIME",
        Description = "A day or a UTC time; without it the newest days that can be read at once",
        Recursive = true,
        CustomParser = result => OptionValues.Time(result, wholeDay: false),
    };

    private readonly Option<DateTimeOffset?> _to = new("--to")
    {
        HelpName = "TIME",
        Description = "A day, which is included, or a UTC time, which is not",
        Recursive = true,
        CustomParser = result => OptionValues.Time(result, wholeDay: true),
    };

    private readonly Option<string> _process = new("--process")
    {
        HelpName = "NAME",
        Description = "Only what this process wrote, for example api",
        Recursive = true,
        CustomParser = OptionValues.NotEmpty,
    };

    private readonly Option<string> _format = new("--format")
    {
        HelpName = "FORMAT",
        Description = "table, json or csv",
        Recursive = true,
        CustomParser = OptionValues.Format,
        DefaultValueFactory = _ => "table",
    };

    private readonly Option<int> _limit = new("--limit")
    {
        HelpName = "N",
        Description = "Rows printed at most, 1 to 1000000",
        Recursive = true,
        CustomParser = result => OptionValues.Number(result, 1_000_000),
        DefaultValueFactory = _ => 1_000,
    };

    private readonly Option<int> _timeout = new("--timeout")
    {
        HelpName = "SECONDS",
        Description = "A query that takes longer is cut off, 1 to 3600",
        Recursive = true,
        CustomParser = result => OptionValues.Number(result, 3_600),
        DefaultValueFactory = _ => 30,
    };

    /// <summary>Does what the words say. Returns the exit code.</summary>
    public async Task<int> RunAsync(string[] arguments)
    {
        // No response files: a statement may begin with @, which is a parameter's name.
        var parsed = Root().Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            // Words that nothing was waiting for are often what an earlier mistake left over.
            var first = parsed.Errors.OrderBy(e => e.SymbolResult is CommandResult).First();
            await notes.WriteLineAsync($"{first.Message} --help shows how it is used.");
            return Refused;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            Output = output,
            Error = notes,
        });
    }

    private RootCommand Root()
    {
        var statement = new Argument<string>("STATEMENT") { Description = "One query; - takes it from standard input" };
        statement.Validators.Add(NotAnOption);
        var sql = new Command("sql", "Prints the rows of one statement") { statement };
        SetAction(sql, (_, parsed) => (parsed.GetRequiredValue(statement) is var text && text == "-" ? input.ReadToEnd() : text, []));

        var name = new Argument<string?>("NAME") { Description = "A table", Arity = ArgumentArity.ZeroOrOne };
        var tables = new Command("tables", "Lists the tables there are, or the columns of one") { name };
        SetAction(tables, (files, parsed) => TableList.Query(files, parsed.GetValue(name)));

        const string About = "Reads the telemetry that the platform keeps in SQLite. It only reads, and may run beside a live platform. "
            + "docs/telemetry.md describes the tables and has queries to begin with.";
        var root = new RootCommand(About) { sql, tables, _data, _from, _to, _process, _format, _limit, _timeout };
        root.SetAction(parsed =>
        {
            new HelpAction().Invoke(parsed);
            return Refused;
        });
        return root;
    }

    // SQL may begin with a comment, which has a space or a line's end in it; a single word of that look is a mistyped option.
    private static void NotAnOption(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (string.IsNullOrWhiteSpace(text))
        {
            result.AddError("sql needs a statement: sql \"SELECT ...\".");
        }
        else if (text.StartsWith("--", StringComparison.Ordinal) && text.AsSpan().IndexOfAny(" \n") < 0)
        {
            result.AddError($"There is no option {text}.");
        }
    }

    // On a thread of its own, so that a signal is heard while the query runs.
    private void SetAction(Command command, Func<TelemetryFiles, ParseResult, (string Sql, string[] Parameters)> query) =>
        command.SetAction((parsed, stop) => Task.Run(() => Answer(parsed, query, stop), CancellationToken.None));

    private int Answer(
        ParseResult parsed, Func<TelemetryFiles, ParseResult, (string Sql, string[] Parameters)> query, CancellationToken stop)
    {
        try
        {
            var request = RequestOf(parsed);
            using var files = TelemetryFiles.Open(request, time.GetUtcNow());
            foreach (var note in files.Notes)
            {
                notes.WriteLine(note);
            }

            var (sql, parameters) = query(files, parsed);
            var run = new Query(files.Connection, time, request.Longest, stop);
            if (run.Run(sql, parameters, RowPrinter.To(output, request.Format), request.Limit))
            {
                notes.WriteLine($"Only the first {request.Limit} rows are shown; --limit N shows more.");
            }

            return 0;
        }
        catch (OperationCanceledException)
        {
            notes.WriteLine("Stopped.");
            return 130;
        }
        catch (Exception exception) when (exception is CommandException or IOException or UnauthorizedAccessException)
        {
            // The folder may not be readable, and what is printed to may be full.
            notes.WriteLine(exception.Message);
            return Refused;
        }
    }

    private Request RequestOf(ParseResult parsed)
    {
        var request = new Request(
            parsed.GetRequiredValue(_data), parsed.GetValue(_from), parsed.GetValue(_to), parsed.GetValue(_process),
            parsed.GetRequiredValue(_format), parsed.GetValue(_limit), TimeSpan.FromSeconds(parsed.GetValue(_timeout)));
        return request is { From: { } from, To: { } to } && from >= to
            ? throw new CommandException($"--from {from:O} is not before --to {to:O}.")
            : request;
    }
}
