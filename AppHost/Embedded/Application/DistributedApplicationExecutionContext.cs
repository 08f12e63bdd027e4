namespace Aspire.Hosting;

/// <summary>What an application model is read for.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>To run it here.</summary>
    Run,

    /// <summary>To publish it; the embedded engine only runs.</summary>
    Publish,
}

/// <summary>Tells AppHost.cs what it is being read for.</summary>
/// <param name="operation">The operation.</param>
public class DistributedApplicationExecutionContext(DistributedApplicationOperation operation)
{
    /// <summary>The operation.</summary>
    public DistributedApplicationOperation Operation { get; } = operation;

    /// <summary>True when the application runs here; always so in the embedded engine.</summary>
    public bool IsRunMode => Operation == DistributedApplicationOperation.Run;

    /// <summary>True when the application is being published.</summary>
    public bool IsPublishMode => Operation == DistributedApplicationOperation.Publish;
}
