using System.Diagnostics;

namespace Orion.Sink.Tests;

/// <summary>A test that needs a file system of its own: skipped, with the reason, where none can be mounted.</summary>
internal sealed class TmpfsFactAttribute : FactAttribute
{
    private static readonly bool s_canMount = Probe();

    public TmpfsFactAttribute() => Skip = s_canMount ? null : "A tmpfs can be mounted by root on Linux only.";

    private static bool Probe()
    {
        try
        {
            using var probe = new Tmpfs(1);
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

/// <summary>A small file system of the test's own.</summary>
internal sealed class Tmpfs : IDisposable
{
    private readonly TempFolder _folder = new();

    public Tmpfs(int megabytes, bool readOnly = false)
    {
        if (!Mount("-t", "tmpfs", "-o", $"size={megabytes}m{(readOnly ? ",ro" : "")}", "tmpfs", Path))
        {
            _folder.Dispose();
            throw new InvalidOperationException("It cannot be mounted.");
        }
    }

    public string Path => _folder.Path;

    public void MakeWritable() => Assert.True(Mount("-o", "remount,rw", Path));

    public void Dispose()
    {
        Run("umount", "-l", Path);
        _folder.Dispose();
    }

    private static bool Mount(params string[] arguments) => OperatingSystem.IsLinux() && Run("mount", arguments);

    private static bool Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false };
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
