using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Orion.Store;

/// <summary>Settings of the store, section <c>Orion:Store</c>; the connection string is <c>ConnectionStrings:store</c>.</summary>
public sealed class DomainStoreOptions
{
    /// <summary>The configuration section of these settings.</summary>
    public const string Section = "Orion:Store";

    /// <summary>The name of the connection string.</summary>
    public const string ConnectionName = "store";

    /// <summary>Connection string, for example <c>Data Source=/var/lib/orion/store.db</c>.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Most closures that share one transaction, and so one fsync.</summary>
    public int MaxBatch { get; set; } = 256;

    /// <summary>
    /// Most closures that wait for the writer; past it <see cref="DomainStore.WriteAsync{T}"/> refuses with
    /// <see cref="StoreBusyException"/>. The same bound holds for reads.
    /// </summary>
    public int MaxQueue { get; set; } = 10_000;

    /// <summary>Reader threads, each with its own read-only connection.</summary>
    public int Readers { get; set; } = 4;

    /// <summary>
    /// The assemblies, beside the store's own, whose embedded <c>migrations/NNNN_what_it_does.sql</c> make the schema: the domain's. All
    /// programs that open a database have to name the same ones, or they take it for one of a newer version.
    /// </summary>
    public ICollection<Assembly> MigrationAssemblies { get; } = [];

    /// <summary>
    /// How long a write waits for another process to release the database, before it fails with <see cref="StoreBusyException"/>.
    /// </summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>Names the key of the first setting that cannot work.</summary>
internal sealed class DomainStoreOptionsValidator : IValidateOptions<DomainStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, DomainStoreOptions options) =>
        Problem(options) is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;

    public static string? Problem(DomainStoreOptions options)
    {
        const string ConnectionKey = $"ConnectionStrings:{DomainStoreOptions.ConnectionName}";
        if (string.IsNullOrWhiteSpace(options.ConnectionString))
        {
            return $"{ConnectionKey} is missing. Set it to the file of the domain's database, for example 'Data Source=.data/store.db'.";
        }

        try
        {
            var file = new SqliteConnectionStringBuilder(options.ConnectionString).DataSource;
            if (string.IsNullOrWhiteSpace(file) || file.Contains(":memory:", StringComparison.OrdinalIgnoreCase))
            {
                return $"{ConnectionKey} names no file. It needs 'Data Source=<path>'; a database in memory cannot be shared by the store's connections.";
            }
        }
        catch (ArgumentException malformed)
        {
            return $"{ConnectionKey} is not a SQLite connection string: {malformed.Message}";
        }

        return Outside(nameof(options.MaxBatch), options.MaxBatch, 1, 10_000)
            ?? Outside(nameof(options.MaxQueue), options.MaxQueue, 1, 1_000_000)
            ?? Outside(nameof(options.Readers), options.Readers, 1, 64)
            ?? (options.BusyTimeout < TimeSpan.FromMilliseconds(1) || options.BusyTimeout > TimeSpan.FromMinutes(5)
                ? $"{DomainStoreOptions.Section}:{nameof(options.BusyTimeout)} is {options.BusyTimeout}; it must lie between 00:00:00.001 and 00:05:00."
                : null);
    }

    private static string? Outside(string key, int value, int least, int most) => value < least || value > most
        ? $"{DomainStoreOptions.Section}:{key} is {value}; it must lie between {least} and {most}."
        : null;
}
