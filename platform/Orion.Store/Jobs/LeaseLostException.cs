namespace Orion.Store.Jobs;

/// <summary>The lease is no longer this worker's: another claimed the job after it ended.</summary>
public sealed class LeaseLostException : Exception
{
    /// <summary>With a message.</summary>
    public LeaseLostException(string message) : base(message)
    {
    }
}
