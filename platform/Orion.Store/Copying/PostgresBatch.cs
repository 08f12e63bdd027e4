using Npgsql;
using NpgsqlTypes;
using Orion.Store.Sql;

namespace Orion.Store.Copying;

/// <summary>Rows on their way by binary COPY.</summary>
internal sealed class PostgresBatch(NpgsqlConnection connection, SqlSession session, TableView table, NpgsqlBinaryImporter importer)
    : CopyBatch
{
    // To name the row that is not taken; a table without a key comes in one batch of any length, whose rows have no name.
    private readonly List<object?[]> _rows = [];
    private bool _isCommitted;

    public override void Add(object?[] row)
    {
        if (table.Key.Count > 0)
        {
            _rows.Add(row);
        }

        importer.StartRow();
        for (var i = 0; i < row.Length; i++)
        {
            switch (row[i], table.Kinds[i])
            {
                case (null, _):
                    importer.WriteNull();
                    break;
                case (long number, ColumnKind.Int16):
                    importer.Write((short)number, NpgsqlDbType.Smallint);
                    break;
                case (long number, ColumnKind.Int32):
                    importer.Write((int)number, NpgsqlDbType.Integer);
                    break;
                case (long number, _):
                    importer.Write(number, NpgsqlDbType.Bigint);
                    break;
                case (double number, ColumnKind.Single):
                    importer.Write((float)number, NpgsqlDbType.Real);
                    break;
                case (double number, _):
                    importer.Write(number, NpgsqlDbType.Double);
                    break;
                case (bool flag, _):
                    importer.Write(flag, NpgsqlDbType.Boolean);
                    break;
                case (string text, _):
                    importer.Write(text, NpgsqlDbType.Text);
                    break;
                case (byte[] bytes, _):
                    importer.Write(bytes, NpgsqlDbType.Bytea);
                    break;
                default:
                    throw new InvalidOperationException($"A cell is a {row[i]!.GetType().Name}.");
            }
        }
    }

    public override async Task CommitAsync(TableProgress progress)
    {
        try
        {
            await importer.CompleteAsync();
            await importer.DisposeAsync();
            await CopyMark.WriteAsync(session, progress);
            await ExecuteAsync("COMMIT");
            _isCommitted = true;
        }
        catch (PostgresException refused) when (refused.SqlState is ['2', '2' or '3', ..])
        {
            throw new StoreCopyException(
                $"Table {table.Name}, {RowOf(refused)}: the target does not take it: {refused.MessageText}.", refused);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_isCommitted)
        {
            return;
        }

        try
        {
            await importer.DisposeAsync();
            await ExecuteAsync("ROLLBACK");
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // The connection is gone, and the transaction with it.
        }
    }

    /// <summary>COPY says where it was: <c>COPY notes, line 3, column n</c>.</summary>
    private string RowOf(PostgresException refused)
    {
        const string Line = ", line ";
        var where = refused.Where ?? "";
        var digits = where.IndexOf(Line, StringComparison.Ordinal) is >= 0 and var at
            ? new string([.. where[(at + Line.Length)..].TakeWhile(char.IsAsciiDigit)])
            : "";
        return int.TryParse(digits, out var line) && line >= 1 && line <= _rows.Count
            ? table.RowName(i => _rows[line - 1][i])
            : "a row";
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
