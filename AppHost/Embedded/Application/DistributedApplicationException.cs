namespace Aspire.Hosting;

/// <summary>The application cannot be built, started or run; the message names the resource, key or port, and the mend.</summary>
public class DistributedApplicationException : Exception
{
    /// <summary>An error without an explanation.</summary>
    public DistributedApplicationException()
    {
    }

    /// <summary>An error.</summary>
    public DistributedApplicationException(string message) : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public DistributedApplicationException(string message, Exception inner) : base(message, inner)
    {
    }
}
