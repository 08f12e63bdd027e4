using OrionPlatform.Sink;
using OrionPlatform.Sink.Tests;

// The test assembly is also the program that the kill tests start and kill: crash-writer DIRECTORY, endless-step FILE.
if (args is ["crash-writer", var directory])
{
    await CrashWriter.RunAsync(directory);
}
else if (args is ["endless-step", var file])
{
    new SchemaVersions("", "DROP TABLE logs; CREATE TABLE endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, hex(randomblob(500)) AS x FROM n")
        .OpenWriter(file, 1_000, 100).Dispose();
}
else
{
    Console.Error.WriteLine("Run by its tests: crash-writer DIRECTORY, endless-step FILE.");
}
