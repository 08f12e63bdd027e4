using Orion.Cli.Files;

namespace Orion.Cli.Tables;

/// <summary>The answer to <c>tables</c>, as a statement like any other.</summary>
internal static class TableList
{
    /// <exception cref="CommandException">There is no such table.</exception>
    public static (string Sql, string[] Parameters) Query(TelemetryFiles files, string? name)
    {
        var known = SegmentTables.All.Select(t => (t.Name, File: "day segments", t.About))
            .Concat(DerivedTables.All.Select(t => (t.Name, File: "day segments", t.About)))
            .Concat(CentralTables.All.Select(t => (t.Name, File: "telemetry.db", t.About)))
            .Concat(files.Segments.Select(s =>
                (Name: s.Schema + ".*", File: s.File.ToString(), About: "that file's tables as they are stored")))
            .ToList();
        if (name is null)
        {
            var values = string.Join(", ", known.Select(_ => "(?, ?, ?)"));
            return ($"WITH t(name, file, about) AS (VALUES {values}) SELECT name AS \"table\", file, about FROM t",
                [.. known.SelectMany(t => (string[])[t.Name, t.File, t.About])]);
        }

        return known.Exists(t => t.Name == name)
            ? ("SELECT name AS \"column\" FROM pragma_table_info(?)", [name])
            : throw new CommandException($"There is no table {name}; 'tables' lists them.");
    }
}
