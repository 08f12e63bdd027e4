using Orion.Sink.Sql;
using Orion.Sink.Tests;

// The test assembly is also the program that tests start as a process of its own: crash-writer DIRECTORY NAME, endless-step FILE, no-sqlite
// DIRECTORY, hold FILE, busy-writer DIRECTORY NAME SECONDS.
switch (args)
{
    case ["crash-writer", var directory, var name]:
        await CrashWriter.RunAsync(directory, name);
        break;
    case ["endless-step", var file]:
        new SchemaVersions(
            "",
            "DROP TABLE logs; CREATE TABLE endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) " +
                "SELECT i, hex(randomblob(500)) AS x FROM n")
            .OpenWriter(file, 1_000, 100).Dispose();
        break;
    case ["no-sqlite", var directory]:
        await NoSqlite.RunAsync(directory);
        break;
    case ["hold", var file]:
        StuckReader.Hold(file);
        break;
    case ["busy-writer", var directory, var name, var seconds]:
        await BusyWriter.RunAsync(directory, name, double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture));
        break;
    default:
        Console.Error.WriteLine("Run by its tests: crash-writer DIRECTORY NAME, endless-step FILE, no-sqlite DIRECTORY, hold FILE, " +
            "busy-writer DIRECTORY NAME SECONDS.");
        break;
}
