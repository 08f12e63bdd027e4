namespace OrionPlatform.Services.Tests;

/// <summary>Files that hold a secret.</summary>
internal static class PrivateFiles
{
    /// <summary>Nobody but its owner may read or write it. On Windows its folder decides that, and there is nothing to look at.</summary>
    public static void IsPrivate(string path)
    {
        Assert.True(File.Exists(path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }
}
