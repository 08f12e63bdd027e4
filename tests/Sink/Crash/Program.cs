using OrionPlatform.Sink;
using OrionPlatform.Sink.Tests;

// The test assembly is also the program that the kill tests start and kill: CRASH-WRITER DIRECTORY.
if (args is ["crash-writer", var directory])
{
    await CrashWriter.RunAsync(directory);
}
else
{
    Console.Error.WriteLine("Run by its tests: crash-writer DIRECTORY.");
}
