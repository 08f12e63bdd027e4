using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text.Json;
using Orion.Benchmarks;

var root = new RootCommand("Measures one thing; the result is the output's last line, a JSON object.");
foreach (var benchmark in typeof(Benchmark).Assembly.GetTypes()
    .Where(type => type.IsSubclassOf(typeof(Benchmark)))
    .Select(type => (Benchmark)Activator.CreateInstance(type)!)
    .OrderBy(benchmark => benchmark.Name, StringComparer.Ordinal))
{
    // Each benchmark reads its own options.
    var options = new Argument<string[]>("options") { CaptureRemainingTokens = true };
    var command = new Command(benchmark.Name) { options };
    command.SetAction(async parsed =>
    {
        Console.WriteLine(JsonSerializer.Serialize(await benchmark.RunAsync(parsed.GetValue(options) ?? []), JsonOptions.SnakeCase));
        return 0;
    });
    root.Add(command);
}

var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (parsed.Action is ParseErrorAction)
{
    Console.Error.WriteLine($"Name one benchmark: {string.Join(", ", root.Subcommands.Select(command => command.Name))}.");
    return 2;
}

// A signal ends it at once: there is nothing to save.
return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
