using System.Runtime.InteropServices;
using System.Text.Json;
using Orion.Sink.Audit;
using Orion.Sink.Loss;
using Orion.Sink.Reading;
using Orion.Sink.Sql;

namespace Orion.Sink.Tests;

/// <summary>A process whose SQLite library cannot be loaded. It does what a service does to its sink, and prints what came of it.</summary>
internal static class NoSqlite
{
    public static async Task RunAsync(string directory)
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, (name, _, _) =>
            throw new DllNotFoundException($"{name} is not here"));
        var options = new TelemetrySinkOptions { Directory = directory, Process = "lost", FlushInterval = TimeSpan.FromMilliseconds(20) };
        var sink = new TelemetrySink(options, TimeProvider.System);
        await using var reader = new TelemetryReader(directory, TimeProvider.System);
        for (var i = 0; i < 3; i++)
        {
            sink.Record(CrashWriter.Line());
            sink.Track("tried");
            await sink.FlushAsync();
        }

        var asynchronous = await Record.ExceptionAsync(() => sink.Audit.LogAsync(new AuditEntry { Component = "x", Action = "y" }));
        var synchronous = Record.Exception(() => sink.Audit.Log(new AuditEntry { Component = "x", Action = "y" }));
        var alert = await sink.ResolveAlertAsync("rule", "subject");
        sink.Record(CrashWriter.Line());
        await sink.DisposeAsync();
        sink.Record(CrashWriter.Line());
        var accounts = sink.Accounts().ToDictionary(a => a.Stream);
        Console.WriteLine(JsonSerializer.Serialize(new NoSqliteOutcome(
            asynchronous?.GetType().Name, synchronous?.GetType().Name, alert, Drops(accounts["lines"]), Drops(accounts["tracked"]),
            accounts.Values.Sum(a => a.Buffered),
            SqliteEngine.Version?.ToString())));
    }

    private static string Drops(StreamAccount account) =>
        string.Join(", ", account.Drops.OrderBy(d => d.Key).Select(d => $"{d.Key.Reason} {d.Value}"));
}

/// <summary>What <see cref="NoSqlite"/> saw.</summary>
internal sealed record NoSqliteOutcome(string? Asynchronous, string? Synchronous, bool Alert, string Lines, string Tracked, long Buffered,
    string? Version);
