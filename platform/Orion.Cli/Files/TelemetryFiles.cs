using Microsoft.Data.Sqlite;
using Orion.Cli.Querying;
using Orion.Cli.Tables;
using Orion.Sink.Central;
using Orion.Sink.Reading;
using Orion.Sink.Segments;
using SQLitePCL;

namespace Orion.Cli.Files;

/// <summary>A connection that has the folder's files attached, read-only, and shows them as readable tables.</summary>
internal sealed class TelemetryFiles : IDisposable
{
    /// <summary>Segments that can be attached: SQLite's own limit of ten, less <c>telemetry.db</c>.</summary>
    public const int Room = 9;

    private TelemetryFiles(SqliteConnection connection) => Connection = connection;

    public SqliteConnection Connection { get; }

    /// <summary>What whoever reads the rows has to know about them.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>The name each segment is attached by.</summary>
    public List<(string Schema, SegmentFile File)> Segments { get; } = [];

    /// <exception cref="CommandException">There is no telemetry in the folder, or it cannot be opened.</exception>
    public static TelemetryFiles Open(Request request, DateTimeOffset now)
    {
        var directory = Path.GetFullPath(request.Directory);
        var central = SegmentFiles.CentralPath(directory);
        if (!File.Exists(central) && SegmentFiles.Days(directory).Count == 0)
        {
            throw new CommandException(
                $"There is no telemetry in {directory}. The platform writes it to .data/telemetry, "
                + "where AppHost is started; --data names another folder.");
        }

        Batteries_V2.Init();
        // The main database is an empty one in memory: what is attached to it is opened as its URI says.
        var files = new TelemetryFiles(new SqliteConnection("Data Source=file::memory:;Pooling=False"));
        try
        {
            files.Attach(request, central);
            SqlFunctions.Register(files.Connection, now);
            files.CreateViews(request, File.Exists(central));
            files.Connection.Execute("PRAGMA query_only=1");
            return files;
        }
        catch (SqliteException exception)
        {
            files.Dispose();
            throw new CommandException($"{directory} cannot be read: {exception.Message}");
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    public void Dispose() => Connection.Dispose();

    private void Attach(Request request, string central)
    {
        Connection.Open();
        raw.sqlite3_busy_timeout(Connection.Handle, 1_000);
        if (File.Exists(central))
        {
            Attach(central, "central");
            if (Connection.QueryLong("PRAGMA central.user_version") is var version && version > CentralSchema.Versions.Newest)
            {
                throw new CommandException(CentralSchema.Versions.Refusal(SegmentFiles.Central, version));
            }
        }

        var (taken, leftOut) = SegmentChoice.Of(request, Room);
        foreach (var file in taken)
        {
            var schema = $"s{Segments.Count + 1}";
            if (TryAttach(file, schema))
            {
                Segments.Add((schema, file));
            }
        }

        if (leftOut.Count > 0)
        {
            Notes.Add(
                $"Left out, because {Room} files can be read at once: {string.Join(", ", leftOut)}. "
                + "--from, --to and --process choose others.");
        }
    }

    private bool TryAttach(SegmentFile file, string schema)
    {
        try
        {
            Attach(file.Path, schema);
            var version = Connection.QueryLong($"PRAGMA {schema}.user_version");
            if (version > 0 && version <= SegmentSchema.Versions.Newest)
            {
                return true;
            }

            if (version > 0)
            {
                Notes.Add("Left out: " + SegmentSchema.Versions.Refusal(file.ToString(), version));
            }
        }
        catch (SqliteException exception)
        {
            // Retention may have removed it, and one damaged file must not hide the others.
            Notes.Add($"Left out: {file}: {exception.Message}");
        }

        if (Connection.QueryLong($"SELECT count(*) FROM pragma_database_list WHERE name = '{schema}'") > 0)
        {
            Connection.Execute($"DETACH {schema}");
        }

        return false;
    }

    private void Attach(string path, string schema)
    {
        using var attach = Connection.CreateCommand();
        attach.CommandText = $"ATTACH $file AS {schema}";
        var escaped = path.Replace("%", "%25", StringComparison.Ordinal).Replace("?", "%3F", StringComparison.Ordinal)
            .Replace("#", "%23", StringComparison.Ordinal);
        attach.Parameters.AddWithValue("$file", $"file:{escaped}?mode=ro");
        attach.ExecuteNonQuery();
    }

    private void CreateViews(Request request, bool hasCentral)
    {
        var range = TimeRange.Of(request.From, request.To);
        foreach (var table in SegmentTables.All.Select(t => t with { ByVersion = SegmentTables.Of }))
        {
            var versions = Segments.Select(s => (s.Schema, s.File.Process, Connection.QueryLong($"PRAGMA {s.Schema}.user_version")));
            Connection.Execute(table.ViewOver([.. versions], range));
        }

        var version = hasCentral ? Connection.QueryLong("PRAGMA central.user_version") : 0;
        foreach (var table in hasCentral ? CentralTables.Of(version) : CentralTables.All)
        {
            Connection.Execute(table.ViewOver(hasCentral && version >= table.Since ? [("central", "", version)] : [], range));
        }

        foreach (var (name, _, select) in DerivedTables.All)
        {
            Connection.Execute($"CREATE TEMP VIEW {name} AS {select}");
        }
    }
}

/// <summary>Short forms.</summary>
internal static class ConnectionExtensions
{
    public static void Execute(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static long QueryLong(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
