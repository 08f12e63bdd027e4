namespace OrionPlatform.Tests;

/// <summary>
/// A test of the server that AppHost starts itself, as Linux shows its processes and files; where PostgreSQL's programs are missing it is
/// skipped, and its name in the output says how to get them.
/// </summary>
internal sealed class LocalPostgresFactAttribute : FactAttribute
{
    public LocalPostgresFactAttribute([System.Runtime.CompilerServices.CallerMemberName] string test = "")
    {
        var reason = !OperatingSystem.IsLinux() ? LinuxTheoryAttribute.NeedsLinux
            : new AppHost.LocalPostgres(Path.GetTempPath()).Programs is null ? "Needs PostgreSQL (Debian: apt-get install postgresql)."
            : null;
        if (reason is not null)
        {
            (Skip, DisplayName) = (reason, $"{test}: {reason}");
        }
    }
}
