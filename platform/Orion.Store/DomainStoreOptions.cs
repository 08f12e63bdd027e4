using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Data.Sqlite;

namespace Orion.Store;

/// <summary>Settings of the store, section <c>Orion:Store</c>; the connection string is <c>ConnectionStrings:store</c>.</summary>
public sealed class DomainStoreOptions : IValidatableObject
{
    /// <summary>The configuration section of these settings.</summary>
    public const string Section = "Orion:Store";

    /// <summary>The name of the connection string.</summary>
    public const string ConnectionName = "store";

    /// <summary>Connection string, for example <c>Data Source=/var/lib/orion/store.db</c>.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>Most closures that share one transaction, and so one fsync.</summary>
    [Range(1, 10_000, ErrorMessage = "Orion:Store:MaxBatch must lie between 1 and 10000.")]
    public int MaxBatch { get; set; } = 256;

    /// <summary>
    /// Most closures that wait for the writer; past it <see cref="DomainStore.WriteAsync{T}"/> refuses with
    /// <see cref="StoreBusyException"/>. The same bound holds for reads.
    /// </summary>
    [Range(1, 1_000_000, ErrorMessage = "Orion:Store:MaxQueue must lie between 1 and 1000000.")]
    public int MaxQueue { get; set; } = 10_000;

    /// <summary>Reader threads, each with its own read-only connection.</summary>
    [Range(1, 64, ErrorMessage = "Orion:Store:Readers must lie between 1 and 64.")]
    public int Readers { get; set; } = 4;

    /// <summary>
    /// The assemblies, beside the store's own, whose embedded <c>migrations/NNNN_what_it_does.sql</c> make the schema: the domain's. All
    /// programs that open a database have to name the same ones, or they take it for one of a newer version.
    /// </summary>
    public ICollection<Assembly> MigrationAssemblies { get; } = [];

    /// <summary>
    /// How long a write waits for another process to release the database, before it fails with <see cref="StoreBusyException"/>.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:05:00",
        ErrorMessage = "Orion:Store:BusyTimeout must lie between 00:00:00.001 and 00:05:00.")]
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        ConnectionProblem() is { } problem ? [new($"ConnectionStrings:{ConnectionName} {problem}", [nameof(ConnectionString)])] : [];

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

    private string? ConnectionProblem()
    {
        if (string.IsNullOrWhiteSpace(ConnectionString))
        {
            return "is missing. Set it to the file of the domain's database, for example 'Data Source=.data/store.db'.";
        }

        try
        {
            var file = new SqliteConnectionStringBuilder(ConnectionString).DataSource;
            return string.IsNullOrWhiteSpace(file) || file.Contains(":memory:", StringComparison.OrdinalIgnoreCase)
                ? "names no file. It needs 'Data Source=<path>'; a database in memory cannot be shared by the store's connections."
                : null;
        }
        catch (ArgumentException malformed)
        {
            return $"is not a SQLite connection string: {malformed.Message}";
        }
    }
}
