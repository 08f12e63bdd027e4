using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Orion.Cli.Tests;

/// <summary>Many days, and files that are not what they should be.</summary>
public sealed class SegmentTests(SampleTelemetry telemetry) : IClassFixture<SampleTelemetry>
{
    private static readonly DateOnly s_first = new(2026, 1, 1);

    [Fact]
    public async Task The_newest_days_that_fit_are_read_and_the_others_are_named()
    {
        using var folder = new TempFolder();
        CopyDays(folder, days: 12);

        var run = await CommandRun.OfAsync("sql", "SELECT count(*) AS n FROM logs", "--format", "csv", "--data", folder.Path);

        Assert.Equal((0, "n\r\n18\r\n"), (run.ExitCode, run.Output));
        Assert.StartsWith("Left out, because 9 files can be read at once: 2026-01-03/api.db, 2026-01-02/api.db, 2026-01-01/api.db.",
            run.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_range_that_does_not_fit_is_refused_and_one_that_does_is_not()
    {
        using var folder = new TempFolder();
        CopyDays(folder, days: 12);

        var tooMany = await CommandRun.OfAsync("sql", "SELECT 1", "--from", "2026-01-02", "--data", folder.Path);
        var fits = await CommandRun.OfAsync("sql", "SELECT 1", "--from", "2026-01-02", "--to", "2026-01-10", "--data", folder.Path);

        Assert.Equal(2, tooMany.ExitCode);
        Assert.StartsWith("11 files lie in that time, and 9 can be read at once. Left out would be 2026-01-03/api.db, 2026-01-02/api.db:",
            tooMany.Notes, StringComparison.Ordinal);
        Assert.Equal((0, ""), (fits.ExitCode, fits.Notes));
    }

    [Fact]
    public async Task A_damaged_or_newer_file_is_left_out_and_named_and_the_others_are_read()
    {
        using var folder = new TempFolder();
        CopyDays(folder, days: 3);
        Batteries_V2.Init();
        var damaged = Path.Combine(folder.Path, "2026-01-02", "api.db");
        await File.WriteAllTextAsync(damaged, new string('x', 8192));
        File.Delete(damaged + "-wal");
        await using (var newer = new SqliteConnection($"Data Source={Path.Combine(folder.Path, "2026-01-03", "api.db")};Pooling=False"))
        {
            newer.Open();
            await using var version = newer.CreateCommand();
            version.CommandText = "PRAGMA user_version=99";
            version.ExecuteNonQuery();
        }

        var run = await CommandRun.OfAsync("sql", "SELECT count(*) AS n FROM logs", "--format", "csv", "--data", folder.Path);

        Assert.Equal((0, "n\r\n2\r\n"), (run.ExitCode, run.Output));
        Assert.Contains("Left out: 2026-01-02/api.db: ", run.Notes, StringComparison.Ordinal);
        Assert.Contains("Left out: 2026-01-03/api.db has schema version", run.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_central_file_is_refused_by_name_and_left_untouched()
    {
        using var folder = new TempFolder();
        CopyDays(folder, days: 1);
        Batteries_V2.Init();
        var central = Path.Combine(folder.Path, "telemetry.db");
        await using (var newer = new SqliteConnection($"Data Source={central};Pooling=False"))
        {
            newer.Open();
            await using var version = newer.CreateCommand();
            version.CommandText = "PRAGMA user_version=99";
            version.ExecuteNonQuery();
        }

        var bytes = await File.ReadAllBytesAsync(central);
        var run = await CommandRun.OfAsync("sql", "SELECT 1", "--data", folder.Path);

        Assert.Equal(2, run.ExitCode);
        Assert.Matches(@"^telemetry\.db has schema version 99; this program knows \d+\. The file is left as it is\.\n$", run.Notes);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(central));
    }

    [Fact]
    public async Task A_central_file_of_an_earlier_version_is_read_and_the_tables_it_lacks_have_no_rows()
    {
        using var folder = new TempFolder();
        Batteries_V2.Init();
        foreach (var file in (string[])["telemetry.db", "telemetry.db-wal"])
        {
            File.Copy(Path.Combine(telemetry.Directory, file), folder.File(file));
        }

        await using (var older = new SqliteConnection($"Data Source={Path.Combine(folder.Path, "telemetry.db")};Pooling=False"))
        {
            older.Open();
            await using var version = older.CreateCommand();
            version.CommandText = "DROP TABLE surfaces_minute; PRAGMA user_version=5";
            version.ExecuteNonQuery();
        }

        var rows = await CommandRun.OfAsync(
            "sql",
            "SELECT count(DISTINCT surface) AS rollups, (SELECT count(*) FROM surfaces_minute) AS minutes " +
                "FROM rollups_minute WHERE about = 'surface'",
            "--format", "csv", "--data", folder.Path);

        Assert.Equal((0, "rollups,minutes\r\n1,0\r\n"), (rows.ExitCode, rows.Output));
    }

    [Fact]
    public async Task Without_day_segments_or_without_the_central_file_there_are_simply_no_rows()
    {
        using var folder = new TempFolder();
        CopyDays(folder, days: 1);

        var central = await CommandRun.OfAsync(
            "sql", "SELECT count(*) AS n, p(durations, 95) AS p95 FROM rollups_minute", "--format", "csv", "--data", folder.Path);

        Assert.Equal((0, "n,p95\r\n0,\r\n"), (central.ExitCode, central.Output));
    }

    [Fact]
    public async Task The_tables_are_listed_with_the_files_they_come_from()
    {
        using var folder = new TempFolder();
        CopyDays(folder, days: 2);

        var tables = await CommandRun.OfAsync("tables", "--data", folder.Path);
        var columns = await CommandRun.OfAsync("tables", "log_records", "--data", folder.Path);
        var unknown = await CommandRun.OfAsync("tables", "nope", "--data", folder.Path);

        Assert.Matches(@"\n\| s1\.\* +\| 2026-01-02/api\.db \|", tables.Output);
        Assert.Contains(columns.Lines, line => line.Trim('|', ' ') == "message");
        Assert.Equal((2, "There is no table nope; 'tables' lists them.\n"), (unknown.ExitCode, unknown.Notes));
    }

    /// <summary>Makes days of the sample's own segment, its WAL included: what a copy of a live folder looks like.</summary>
    private void CopyDays(TempFolder folder, int days)
    {
        var segment = Directory.GetFiles(telemetry.Directory, "api.db", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
        for (var i = 0; i < days; i++)
        {
            var day = Directory.CreateDirectory(Path.Combine(folder.Path, $"{s_first.AddDays(i):yyyy-MM-dd}")).FullName;
            File.Copy(segment, Path.Combine(day, "api.db"));
            File.Copy(segment + "-wal", Path.Combine(day, "api.db-wal"));
        }
    }
}
