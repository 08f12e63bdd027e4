using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Orion.Store.Sql;

namespace Orion.Store.Schema;

/// <summary>One step of the schema. Once it has been applied anywhere, it is never edited: a change is a further step.</summary>
internal sealed record Migration(int Number, string Name, string Sql)
{
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));

    public override string ToString() => $"{Number:0000}_{Name}";
}

/// <summary>
/// The migrations of a database: every <c>NNNN_what_it_does.sql</c> of the store and of the domain's assemblies, wherever it lies, in the
/// order of the numbers. A capability keeps its own beside its code; the store's parts use 0001 to 0099, the domain's slices 0100 and up.
/// One whose SQL both engines understand is one file; where it cannot be, <c>NNNN_what_it_does.postgres.sql</c> stands beside it and is
/// taken instead of it on PostgreSQL.
/// </summary>
internal static class Migrations
{
    /// <summary>Prefix of the embedded resources; see the project file.</summary>
    private const string Prefix = "migrations/";

    private const string OfPostgres = ".postgres";

    public static IReadOnlyList<Migration> Of(DomainStoreOptions options, Dialect dialect)
    {
        ArgumentNullException.ThrowIfNull(options);
        var migrations = options.MigrationAssemblies.Prepend(typeof(Migrations).Assembly).Distinct()
            .SelectMany(assembly => Of(assembly, dialect)).OrderBy(m => m.Number).ToArray();
        for (var i = 1; i < migrations.Length; i++)
        {
            if (migrations[i].Number == migrations[i - 1].Number)
            {
                throw new InvalidOperationException($"Migrations {migrations[i - 1]} and {migrations[i]} have the same number.");
            }
        }

        return migrations;
    }

    private static IEnumerable<Migration> Of(Assembly assembly, Dialect dialect)
    {
        var names = assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(n => Path.GetFileNameWithoutExtension(n[Prefix.Length..])).ToHashSet(StringComparer.Ordinal);
        foreach (var name in names.Where(n => !n.EndsWith(OfPostgres, StringComparison.Ordinal)))
        {
            if (name.Length < 6 || name[4] != '_'
                || !int.TryParse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                throw new InvalidOperationException($"Migration '{name}.sql' must be named NNNN_what_it_does.sql.");
            }

            var file = names.Contains(name + dialect.MigrationSuffix) ? name + dialect.MigrationSuffix : name;
            using var text = new StreamReader(assembly.GetManifestResourceStream($"{Prefix}{file}.sql")!);
            yield return new Migration(number, name[5..], text.ReadToEnd());
        }

        var ofPostgres = names.Where(n => n.EndsWith(OfPostgres, StringComparison.Ordinal)).Select(n => n[..^OfPostgres.Length]);
        if (ofPostgres.FirstOrDefault(n => !names.Contains(n)) is { } alone)
        {
            throw new InvalidOperationException($"Migration '{alone}{OfPostgres}.sql' has no '{alone}.sql' beside it, for SQLite.");
        }
    }
}
