namespace OrionPlatform.AppHost;

/// <summary>Shows each resource's output, one line at a time, behind its name.</summary>
internal sealed class ResourceConsole(TextWriter writer, bool colors)
{
    private const string Reset = "\e[0m";
    private static readonly string[] s_palette = ["\e[36m", "\e[32m", "\e[35m", "\e[33m", "\e[34m", "\e[96m", "\e[92m", "\e[95m"];
    private readonly Lock _lock = new();
    private int _width;
    private int _next;

    /// <summary>Colors are for people: not for a file, a pipe, or one who set NO_COLOR.</summary>
    public static bool ColorsWanted { get; } = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public static ResourceConsole OfThisProcess() => new(Console.Out, ColorsWanted);

    /// <summary>Gives a resource a colour and a place; prefixes are as wide as the longest name.</summary>
    public Action<string> For(string name)
    {
        lock (_lock)
        {
            _width = Math.Max(_width, name.Length);
            var color = s_palette[_next++ % s_palette.Length];
            return line => Write(name, color, line);
        }
    }

    private void Write(string name, string color, string line)
    {
        lock (_lock)
        {
            var prefix = $"{name.PadRight(_width)} | ";
            writer.Write(colors ? $"{color}{prefix}{Reset}{line}{Reset}\n" : $"{prefix}{line}\n");
            writer.Flush();
        }
    }
}
