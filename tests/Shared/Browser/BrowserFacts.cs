using System.Runtime.CompilerServices;

namespace OrionPlatform.Tests;

/// <summary>A test in a real browser; where there is none it is skipped, and its name in the output says how to get one.</summary>
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute([CallerMemberName] string test = "")
    {
        if (Chromium.Missing is { } reason)
        {
            // A test run prints the names of skipped tests, and their reasons only when it is told to be wordy.
            (Skip, DisplayName) = (reason, $"{test}: {reason}");
        }
    }
}

/// <inheritdoc cref="BrowserFactAttribute"/>
internal sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute([CallerMemberName] string test = "")
    {
        if (Chromium.Missing is { } reason)
        {
            (Skip, DisplayName) = (reason, $"{test}: {reason}");
        }
    }
}
