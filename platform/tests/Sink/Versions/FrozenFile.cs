using Orion.Sink.Segments;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

/// <summary>
/// A file as an earlier version of the code wrote it: its schema and rows are frozen as SQL beside this file, whatever today's code says.
/// </summary>
internal static class FrozenFile
{
    public static void Segment(string path, long time) => Make(path, "segment-1", time);

    public static void Central(string path, long time) => Make(path, "central-1", time);

    /// <summary>Every table, index and view of a file, by name.</summary>
    public static List<string> Schema(string path)
    {
        using var database = Database.OpenReader(path);
        using var rows = database.Prepare("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master ORDER BY name");
        var schema = new List<string>();
        while (rows.Step())
        {
            schema.Add(string.Join(' ', rows.Text(0)!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        }

        return schema;
    }

    public static long Version(string path)
    {
        using var database = Database.OpenReader(path);
        return database.QueryLong("PRAGMA user_version");
    }

    private static void Make(string path, string name, long time)
    {
        PrivateFolder.Make(Path.GetDirectoryName(path)!);
        using var database = Database.OpenWriter(path, 1_000, 1_000);
        database.Execute(Text($"{name}.sql"));
        database.Execute(Text($"{name}-rows.sql")
            .Replace("$T", time.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
    }

    private static string Text(string name)
    {
        using var stream = typeof(FrozenFile).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
