using System.Collections.Concurrent;
using System.Data.Common;
using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace OrionPlatform.Tests;

/// <summary>
/// Where a test's store is: a SQLite file in a folder, or, in a run with <c>ORION_TEST_STORE=postgres</c>, a PostgreSQL database. The same
/// tests are run with both; those of one engine alone have the trait <c>Store=once</c> and are left out of the second run.
/// </summary>
internal sealed class StoreDatabase : IAsyncDisposable
{
    private const string EngineKey = "ORION_TEST_STORE";

    // One a folder, as with files: who opens a second store on a folder means the same database.
    private static readonly ConcurrentDictionary<string, Lazy<StoreDatabase>> s_byFolder = new(StringComparer.Ordinal);

    private readonly string _folder;
    private readonly PostgresDatabase? _database;

    private StoreDatabase(string folder)
    {
        _folder = folder;
        _database = IsPostgres ? PostgresServer.NewDatabase() : null;
        ConnectionString = _database?.ConnectionString ?? $"Data Source={Path.Combine(folder, "store.db")}";
    }

    /// <summary>Whether this run is one with PostgreSQL.</summary>
    public static bool IsPostgres { get; } =
        (Environment.GetEnvironmentVariable(EngineKey) ?? "sqlite").ToLowerInvariant() switch
        {
            "sqlite" => false,
            "postgres" => true,
            var other => throw new InvalidOperationException($"{EngineKey} is '{other}'; it has to be sqlite or postgres."),
        };

    public string ConnectionString { get; }

    /// <summary>The database that belongs to a folder; where it is a file, <c>store.db</c> in it.</summary>
    public static StoreDatabase Of(string folder) =>
        s_byFolder.GetOrAdd(folder, f => new Lazy<StoreDatabase>(() => new StoreDatabase(f))).Value;

    /// <summary>A connection past the store, as another program would have one.</summary>
    public DbConnection Connection() => IsPostgres
        ? new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString)
        : new SqliteConnection(ConnectionString + ";Pooling=False");

    /// <summary>Everything that is stored, as text: of a file its bytes and those of its log, of a server every row.</summary>
    public async Task<string> StoredAsync()
    {
        if (_database is not null)
        {
            return await _database.RowsAsync();
        }

        var files = await Task.WhenAll(Directory.GetFiles(_folder, "store.db*").Select(f => File.ReadAllBytesAsync(f)));
        return string.Concat(files.Select(Encoding.Latin1.GetString));
    }

    /// <summary>Drops the database; a file goes with its folder.</summary>
    public ValueTask DisposeAsync()
    {
        s_byFolder.TryRemove(_folder, out _);
        return _database?.DisposeAsync() ?? default;
    }
}
