using Npgsql;

namespace Orion.Store.Copying;

/// <summary>What a PostgreSQL database says of the tables in its schema; those of extensions are not the store's.</summary>
internal sealed class PostgresCatalogue(NpgsqlConnection connection)
{
    private const string InSchema = "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())";

    private const string OwnTable = $"c.relnamespace = {InSchema} AND c.relkind IN ('r', 'p') AND NOT c.relispartition "
        + "AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')";

    /// <summary>The tables, quoted where it needs to be.</summary>
    public const string TableNames = $"SELECT c.oid::regclass::text FROM pg_class c WHERE {OwnTable} ORDER BY 1";

    public async Task<IReadOnlyList<string>> ListAsync(string sql) => await ReadAsync(sql, r => r.GetString(0));

    public async Task<IReadOnlyList<CopyTable>> TablesAsync()
    {
        var columns = await ReadAsync(
            $"""
            SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attgenerated <> '',
                   a.atthasdef OR a.attidentity <> '' OR NOT a.attnotnull, a.attidentity <> '',
                   COALESCE(array_position((i.indkey::int2[])[0:i.indnkeyatts - 1], a.attnum), 0)
            FROM pg_class c
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
            WHERE {OwnTable}
            ORDER BY c.relname, a.attnum
            """,
            r => (Table: r.GetString(0), Column: new CopyColumn(
                r.GetString(1), r.GetString(2), KindOf(r.GetString(2)), r.GetBoolean(3), r.GetBoolean(4), r.GetBoolean(5), r.GetInt32(6))));
        return [.. columns.GroupBy(c => c.Table)
            .Select(table => new CopyTable(table.Key, HasRowNumber: false, [.. table.Select(c => c.Column)]))];
    }

    /// <summary>The columns that a sequence numbers.</summary>
    public async Task<IReadOnlyList<(string Table, string Sequence, string Column)>> NumberedColumnsAsync() => await ReadAsync(
        $"""
        SELECT c.relname, s.oid::regclass::text, a.attname
        FROM pg_class s
        JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.refclassid = 'pg_class'::regclass
            AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
        JOIN pg_class c ON c.oid = d.refobjid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
        WHERE s.relkind = 'S' AND {OwnTable}
        ORDER BY 1, 3
        """,
        r => (r.GetString(0), r.GetString(1), r.GetString(2)));

    /// <summary>The last number that each numbered table gave.</summary>
    public async Task<Dictionary<string, long>> SequencesAsync()
    {
        var counters = new Dictionary<string, long>();
        foreach (var (table, sequence, _) in await NumberedColumnsAsync())
        {
            var last = await ReadAsync($"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}", r => r.GetInt64(0));
            counters[table] = Math.Max(last[0], counters.GetValueOrDefault(table));
        }

        return counters;
    }

    /// <summary>What is in the way of rows that come by the million, each with what takes it away and what puts it back.</summary>
    public async Task<IReadOnlyList<(string TakeAway, string PutBack)>> TakenAwayAsync() => await ReadAsync(
        $"""
        SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', c.oid::regclass, t.tgname),
               format('ALTER TABLE %s ENABLE TRIGGER %I', c.oid::regclass, t.tgname), 1 AS place
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE {OwnTable} AND NOT t.tgisinternal AND t.tgenabled = 'O'
        UNION ALL
        SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', c.oid::regclass, k.conname),
               format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.oid::regclass, k.conname, pg_get_constraintdef(k.oid)), 2
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE {OwnTable} AND k.contype = 'f'
        UNION ALL
        SELECT format('DROP INDEX %s', x.oid::regclass), pg_get_indexdef(x.oid), 3
        FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
        WHERE {OwnTable} AND NOT i.indisunique AND NOT i.indisexclusion AND NOT i.indisclustered
        ORDER BY place, 1
        """,
        r => (r.GetString(0), r.GetString(1)));

    private static ColumnKind? KindOf(string type) => type switch
    {
        "text" => ColumnKind.Text,
        "smallint" => ColumnKind.Int16,
        "integer" => ColumnKind.Int32,
        "bigint" => ColumnKind.Int64,
        "boolean" => ColumnKind.Boolean,
        "bytea" => ColumnKind.Bytes,
        "real" => ColumnKind.Single,
        "double precision" => ColumnKind.Double,
        _ when type.StartsWith("character varying", StringComparison.Ordinal) => ColumnKind.Text,
        _ => null,
    };

    private async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
