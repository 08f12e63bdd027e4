namespace Orion.Sink.Otlp;

/// <summary>What is left of the fields and elements that a request may have.</summary>
internal sealed class OtlpBudget
{
    private int _left = OtlpLimits.Values;

    /// <exception cref="OtlpFormatException">Nothing is left.</exception>
    public void Take()
    {
        if (--_left < 0)
        {
            throw new OtlpFormatException(
                $"The request has more than {OtlpLimits.Values} values; send fewer records at a time.")
            { Status = 413 };
        }
    }
}
