using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Orion.Store;

/// <summary>
/// Settings of the store, section <c>Orion:Store</c>; the connection string is <c>ConnectionStrings:store</c> and decides which database it
/// is.
/// </summary>
public sealed class DomainStoreOptions : IValidatableObject
{
    /// <summary>The configuration section of these settings.</summary>
    public const string Section = "Orion:Store";

    /// <summary>The name of the connection string.</summary>
    public const string ConnectionName = "store";

    /// <summary>The name of the connection string for <see cref="ListenConnectionString"/>.</summary>
    public const string ListenConnectionName = "store-listen";

    /// <summary>
    /// Connection string: <c>Data Source=/var/lib/orion/store.db</c> for SQLite, <c>Host=db;Database=orders;Username=...</c> for
    /// PostgreSQL.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// PostgreSQL only: where to listen for commits of other processes, when <see cref="ConnectionString"/> leads to a pooler that does not
    /// pass LISTEN on (PgBouncer's transaction mode). Null: the same. Where nothing can be heard, the database is asked every 20 ms.
    /// </summary>
    public string? ListenConnectionString { get; set; }

    /// <summary>SQLite only: most closures that share one transaction, and so one fsync.</summary>
    [Range(1, 10_000, ErrorMessage = "Orion:Store:MaxBatch must lie between 1 and 10000.")]
    public int MaxBatch { get; set; } = 256;

    /// <summary>
    /// Most closures that wait for the writer; past it <see cref="DomainStore.WriteAsync{T}"/> refuses with
    /// <see cref="StoreBusyException"/>. The same bound holds for reads.
    /// </summary>
    [Range(1, 1_000_000, ErrorMessage = "Orion:Store:MaxQueue must lie between 1 and 1000000.")]
    public int MaxQueue { get; set; } = 10_000;

    /// <summary>SQLite only: reader threads, each with its own read-only connection.</summary>
    [Range(1, 64, ErrorMessage = "Orion:Store:Readers must lie between 1 and 64.")]
    public int Readers { get; set; } = 4;

    /// <summary>
    /// The assemblies, beside the store's own, whose embedded <c>migrations/NNNN_what_it_does.sql</c> make the schema: the domain's. All
    /// programs that open a database have to name the same ones, or they take it for one of a newer version.
    /// </summary>
    public ICollection<Assembly> MigrationAssemblies { get; } = [];

    /// <summary>
    /// How long a write waits for others to release the database or the rows it needs, before it fails with
    /// <see cref="StoreBusyException"/>; and for a PostgreSQL that is away to come back, before it fails with
    /// <see cref="StoreFailedException"/>.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:05:00",
        ErrorMessage = "Orion:Store:BusyTimeout must lie between 00:00:00.001 and 00:05:00.")]
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        ProblemOf(ConnectionString) is { } problem
            ? [new($"ConnectionStrings:{ConnectionName} {problem}", [nameof(ConnectionString)])]
            : [];

    /// <summary>For settings that no host has checked.</summary>
    /// <exception cref="ArgumentException">A setting cannot work; the message names its key.</exception>
    internal static void ThrowIfInvalid(DomainStoreOptions options)
    {
        var problems = new List<ValidationResult>();
        if (!Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true))
        {
            throw new ArgumentException(string.Join(' ', problems.Select(p => p.ErrorMessage)), nameof(options));
        }
    }

    /// <summary>Whether the connection string names a PostgreSQL server.</summary>
    internal bool IsPostgres => NamesHost(ConnectionString);

    internal static bool NamesHost(string connectionString) => connectionString.Split(';').Any(part =>
        part.Split('=')[0].Trim() is var key
        && (key.Equals("Host", StringComparison.OrdinalIgnoreCase) || key.Equals("Server", StringComparison.OrdinalIgnoreCase)));

    /// <summary>Why it cannot be a store's connection string, to go on a sentence with; null when it can.</summary>
    internal static string? ProblemOf(string connectionString)
    {
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            return "is missing. Set it to the file of the domain's database, for example 'Data Source=.data/store.db', "
                + "or to a PostgreSQL server, for example 'Host=db;Database=orders;Username=orders'.";
        }

        if (connectionString.StartsWith("postgres:", StringComparison.OrdinalIgnoreCase)
            || connectionString.StartsWith("postgresql:", StringComparison.OrdinalIgnoreCase))
        {
            return "is a URL. PostgreSQL is given as 'Host=db;Port=5432;Database=orders;Username=orders;Password=...'.";
        }

        return NamesHost(connectionString) ? PostgresProblem(connectionString) : SqliteProblem(connectionString);
    }

    private static string? PostgresProblem(string connectionString)
    {
        try
        {
            var server = new NpgsqlConnectionStringBuilder(connectionString);
            return string.IsNullOrWhiteSpace(server.Host) ? "names no host."
                : string.IsNullOrWhiteSpace(server.Database) && string.IsNullOrWhiteSpace(server.Username)
                    ? "names no database. It needs 'Host=...;Database=...;Username=...'."
                    : null;
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or InvalidCastException)
        {
            return $"is not a PostgreSQL connection string: {malformed.Message}";
        }
    }

    private static string? SqliteProblem(string connectionString)
    {
        try
        {
            var file = new SqliteConnectionStringBuilder(connectionString).DataSource;
            return string.IsNullOrWhiteSpace(file) || file.Contains(":memory:", StringComparison.OrdinalIgnoreCase)
                ? "names no file. It needs 'Data Source=<path>'; a database in memory cannot be shared by the store's connections."
                : null;
        }
        catch (ArgumentException malformed)
        {
            return $"is not a connection string of SQLite ('Data Source=...') or PostgreSQL ('Host=...'): {malformed.Message}";
        }
    }
}
