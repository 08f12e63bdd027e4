namespace Orion.LoadTesting;

/// <summary>
/// What is loaded: an HTTP endpoint of an Aspire application. It is found at <c>--url</c>, else where Aspire tells a program the address
/// of what it refers to (<c>services__RESOURCE__ENDPOINT__0</c>), else the application is started for the run by Aspire.Hosting.Testing,
/// with a data folder that is deleted afterwards, and every project in it is awaited until it is healthy.
/// </summary>
/// <param name="Resource">The resource's name in the application's model.</param>
public sealed record LoadTarget(string Resource)
{
    /// <summary>The endpoint's name.</summary>
    public string Endpoint { get; init; } = "http";

    /// <summary>Where the target is asked once before the load, from its root; any answer will do.</summary>
    public string ProbePath { get; init; } = "health";

    /// <summary>
    /// The folder of the application's project, from the folder of the solution that the program was built in. It is loaded as it was
    /// built, and built when it was not.
    /// </summary>
    public string AppHostFolder { get; init; } = "AppHost";

    /// <summary>The command line that the application is started with for one run; its argument is that run's data folder.</summary>
    public Func<string, IEnumerable<string>> AppHostArguments { get; init; } = _ => [];

    internal string AddressVariable => $"services__{Resource}__{Endpoint}__0";
}
