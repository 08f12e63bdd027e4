using Spectre.Console;

namespace Orion.LoadTesting.Running;

/// <summary>Where figures are shown: a terminal, or a file or pipe that gets nothing but the text.</summary>
internal static class ReportConsole
{
    /// <summary>The narrowest that is written for: a character two cells wide needs a column that has two.</summary>
    private const int MinWidth = 40;

    public static IAnsiConsole On(TextWriter output)
    {
        var to = new AnsiConsoleOutput(output);
        if (to.IsTerminal)
        {
            var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = to });
            terminal.Profile.Width = Math.Max(terminal.Profile.Width, MinWidth);
            return terminal;
        }

        // Said outright: from the environment the library would conclude that a CI server's log is a terminal.
        var plain = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = to,
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        plain.Profile.Width = int.MaxValue / 2;
        return plain;
    }
}
