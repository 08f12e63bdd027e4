using System.Text.Json;
using OrionPlatform.Benchmarks;

var all = typeof(Benchmark).Assembly.GetTypes()
    .Where(type => type.IsSubclassOf(typeof(Benchmark)))
    .Select(type => (Benchmark)Activator.CreateInstance(type)!)
    .OrderBy(benchmark => benchmark.Name, StringComparer.Ordinal)
    .ToList();

if (args.Length == 0 || all.SingleOrDefault(benchmark => benchmark.Name == args[0]) is not { } chosen)
{
    Console.Error.WriteLine($"Name one benchmark: {string.Join(", ", all.Select(benchmark => benchmark.Name))}.");
    return 2;
}

Console.WriteLine(JsonSerializer.Serialize(await chosen.RunAsync(args[1..]), JsonOptions.SnakeCase));
return 0;
