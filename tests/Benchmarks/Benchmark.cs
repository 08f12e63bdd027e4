namespace OrionPlatform.Benchmarks;

/// <summary>One measurement, run by its name. Its figures are ratios against a baseline of the same run wherever they can be.</summary>
internal abstract class Benchmark
{
    /// <summary>The name on the command line, kebab-case.</summary>
    public abstract string Name { get; }

    /// <summary>Measures; may print its progress. The result is printed as one JSON object, the output's last line.</summary>
    /// <param name="arguments">What follows the name on the command line.</param>
    public abstract Task<object> RunAsync(string[] arguments);
}
