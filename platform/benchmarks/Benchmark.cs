using System.Diagnostics;
using System.Reflection;

namespace Orion.Benchmarks;

/// <summary>One measurement, run by its name. Its figures are ratios against a baseline of the same run wherever they can be.</summary>
internal abstract class Benchmark
{
    /// <summary>The name on the command line, kebab-case.</summary>
    public abstract string Name { get; }

    /// <summary>Arguments with which the first measurement begins within seconds: less data to make before it.</summary>
    public virtual string[] SoonMeasuring => [];

    /// <summary>Measures; may print its progress. The result is printed as one JSON object, the output's last line.</summary>
    /// <param name="arguments">What follows the name on the command line.</param>
    public abstract Task<object> RunAsync(string[] arguments);

    /// <summary>Says that all is set up and the first measurement begins: a line <c>NAME: measuring</c>.</summary>
    protected void Begin() => Console.WriteLine($"{Name}: measuring");

    /// <summary>This program again with other arguments, whether it was started by its own executable or as <c>dotnet X.dll</c>.</summary>
    protected internal static ProcessStartInfo ThisProgram(params string[] arguments)
    {
        var path = Environment.ProcessPath!;
        var isRuntime = string.Equals(Path.GetFileNameWithoutExtension(path), "dotnet", StringComparison.OrdinalIgnoreCase);
        return new ProcessStartInfo(path, isRuntime ? [Assembly.GetExecutingAssembly().Location, .. arguments] : arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
    }
}
