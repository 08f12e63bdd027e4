using System.CommandLine;
using Orion.Store.Copying;

namespace OrionPlatform.Api;

/// <summary>
/// The store as a whole: <c>store copy</c> takes it to another database, <c>store backup</c> keeps a copy of a SQLite file.
/// </summary>
internal static class StoreCommands
{
    private const int NotDone = 1;

    internal static Command Store() => new("store", "The domain's database as a whole") { Copy(), Backup() };

    private static Command Copy()
    {
        const string Shape = "a connection string, or the name of one of ConnectionStrings, which keeps its password out of sight";
        var from = new Option<string>("--from") { HelpName = "STORE", Description = $"The store: {Shape}", Required = true };
        var to = new Option<string>("--to") { HelpName = "DATABASE", Description = $"An empty database: {Shape}", Required = true };
        var command = new Command(
            "copy", "Copies a store into an empty database, also of the other engine, and compares both; the platform has to be stopped")
        {
            from, to,
        };
        command.SetAction((parsed, cancellationToken) => GuardedAsync(async configuration =>
        {
            var options = new DomainStoreOptions();
            DomainExtensions.AddMigrations(options);
            var copy = new StoreCopy(
                Named(configuration, parsed.GetRequiredValue(from)), Named(configuration, parsed.GetRequiredValue(to)), options,
                TimeProvider.System);
            var progress = new CopyDisplay(Console.Error, isTerminal: !Console.IsErrorRedirected, TimeProvider.System);
            try
            {
                var result = await copy.RunAsync(progress, cancellationToken);
                progress.End();
                await Console.Out.WriteLineAsync(CopyDisplay.Summary(result));
                return 0;
            }
            catch (OperationCanceledException)
            {
                progress.End();
                await Console.Error.WriteLineAsync("Interrupted. Run it again with the same two databases to go on.");
                return NotDone;
            }
            catch
            {
                progress.End();
                throw;
            }
        }));
        return command;
    }

    private static Command Backup()
    {
        var to = new Option<string>("--to") { HelpName = "FILE", Description = "The file to make; none is overwritten", Required = true };
        var command = new Command("backup", "Writes a copy of the SQLite store, also while the platform runs") { to };
        command.SetAction((parsed, _) => GuardedAsync(async configuration =>
        {
            var file = parsed.GetRequiredValue(to);
            var bytes = StoreBackup.Write(configuration.GetConnectionString(DomainStoreOptions.ConnectionName) ?? "", file);
            await Console.Out.WriteLineAsync($"{Path.GetFullPath(file)}: {bytes:N0} bytes");
            return 0;
        }));
        return command;
    }

    /// <summary>A connection string has a sign that no name has.</summary>
    private static string Named(IConfiguration configuration, string text) => text.Contains('=', StringComparison.Ordinal)
        ? text
        : configuration.GetConnectionString(text) ?? throw new StoreCopyException(
            $"There is no ConnectionStrings:{text} (in the environment, ConnectionStrings__{text}). "
            + "Name one that there is, or give a connection string.");

    private static async Task<int> GuardedAsync(Func<IConfiguration, Task<int>> command)
    {
        try
        {
            return await command(Host.CreateApplicationBuilder().Configuration);
        }
        catch (Exception e) when (e is StoreCopyException or StoreSchemaException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return NotDone;
        }
    }
}
