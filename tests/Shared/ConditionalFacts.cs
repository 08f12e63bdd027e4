namespace OrionPlatform.Tests;

/// <summary>A test of what only Linux has: /proc, signals to other processes, mounts.</summary>
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip ??= OperatingSystem.IsLinux() ? null : LinuxTheoryAttribute.NeedsLinux;
}

/// <inheritdoc cref="LinuxFactAttribute"/>
internal sealed class LinuxTheoryAttribute : TheoryAttribute
{
    internal const string NeedsLinux = "Needs Linux: the test looks at /proc, sends signals or mounts a file system.";

    public LinuxTheoryAttribute() => Skip ??= OperatingSystem.IsLinux() ? null : NeedsLinux;
}
