using System.Text.Json;

namespace OrionPlatform.NodeAgent;

/// <summary>Small JSON files that must survive a kill at any moment: written aside, flushed to the disk, then moved into place.</summary>
internal static class StateFiles
{
    private const UnixFileMode PrivateFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, PrivateFolder);
        }
    }

    public static void Write<T>(string path, T value)
    {
        var aside = path + ".new";
        File.Delete(aside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = PrivateFile;
        }

        using (var file = new FileStream(aside, options))
        {
            JsonSerializer.Serialize(file, value, JsonSerializerOptions.Web);
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, path, overwrite: true);
    }

    /// <summary>The file's content; null when it is not there or cannot be read, which the caller treats alike: it is made anew.</summary>
    public static T? Read<T>(string path) where T : class
    {
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize<T>(file, JsonSerializerOptions.Web);
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
