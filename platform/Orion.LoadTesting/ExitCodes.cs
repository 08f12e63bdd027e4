namespace Orion.LoadTesting;

/// <summary>The program's exit codes.</summary>
public static class ExitCodes
{
    /// <summary>Everything holds.</summary>
    public const int Pass = 0;

    /// <summary>An objective or a threshold does not hold.</summary>
    public const int Failed = 2;

    /// <summary>
    /// The run cannot tell: too few samples, a generator that fell behind, a scenario that did not run, or it was stopped.
    /// </summary>
    public const int Invalid = 3;

    /// <summary>The run could not be made; a sentence on stderr says why.</summary>
    public const int Error = 4;
}

/// <summary>The run cannot be made; the message is a sentence for people that says what is wrong and how to mend it.</summary>
/// <param name="message">The sentence.</param>
public sealed class LoadTestException(string message) : Exception(message);
