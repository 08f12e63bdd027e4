namespace Aspire.Hosting;

/// <summary>A parameter or connection string has no value.</summary>
public class MissingParameterValueException : DistributedApplicationException
{
    /// <summary>An error.</summary>
    public MissingParameterValueException(string message) : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public MissingParameterValueException(string message, Exception innerException) : base(message, innerException)
    {
    }

    internal static MissingParameterValueException Of(string what, string key, string? description = null) => new(
        $"{what} has no value{(description is null ? "" : $" ({description.TrimEnd('.')})")}; give it with --{key}=VALUE, the environment variable "
        + $"{key.Replace(":", "__", StringComparison.Ordinal)}, or dotnet user-secrets set {key} VALUE --project AppHost.");
}
