namespace Orion.Sink.Segments;

/// <summary>Folders that only their owner can enter: telemetry tells what every tenant does.</summary>
public static class PrivateFolder
{
    /// <summary>Makes the folder, and those above it that are missing, with mode 0700; one that is there stays as it is.</summary>
    public static void Make(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
