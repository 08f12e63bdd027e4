using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Orion.Store.Copying;

/// <summary>
/// Reads and binds SQLite's values as they are stored: each has a kind of its own, whatever its column was declared to be.
/// </summary>
internal static class SqliteRows
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static IEnumerable<object?[]> Read(SqliteConnection connection, string sql, object[] arguments, TableView table)
    {
        var database = connection.Handle!;
        Check(raw.sqlite3_prepare_v2(database, sql, out var statement), database);
        using var closing = statement;
        for (var i = 0; i < arguments.Length; i++)
        {
            Check(Bind(statement, i + 1, arguments[i]), database);
        }

        while (true)
        {
            var step = raw.sqlite3_step(statement);
            if (step == raw.SQLITE_DONE)
            {
                yield break;
            }

            Check(step == raw.SQLITE_ROW ? raw.SQLITE_OK : step, database);
            var row = new object?[table.Columns.Count];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = Cell(statement, i, table);
            }

            yield return row;
        }
    }

    /// <summary>Binds a value; SQLite takes a copy.</summary>
    public static int Bind(sqlite3_stmt statement, int index, object? value) => value switch
    {
        null => raw.sqlite3_bind_null(statement, index),
        long number => raw.sqlite3_bind_int64(statement, index, number),
        bool flag => raw.sqlite3_bind_int64(statement, index, flag ? 1 : 0),
        double number => raw.sqlite3_bind_double(statement, index, number),

        // An empty span has no address, which would be NULL.
        "" => raw.sqlite3_bind_text(statement, index, ""),
        string text => raw.sqlite3_bind_text(statement, index, s_strict.GetBytes(text)),
        byte[] { Length: 0 } => raw.sqlite3_bind_zeroblob(statement, index, 0),
        byte[] bytes => raw.sqlite3_bind_blob(statement, index, bytes),
        _ => throw new InvalidOperationException($"A cell is a {value.GetType().Name}."),
    };

    public static void Check(int code, sqlite3 database)
    {
        if (code != raw.SQLITE_OK)
        {
            SqliteException.ThrowExceptionForRC(code, database);
        }
    }

    private static object? Cell(sqlite3_stmt statement, int column, TableView table)
    {
        var kind = table.Kinds[column];
        return (raw.sqlite3_column_type(statement, column), kind) switch
        {
            (raw.SQLITE_NULL, _) => null,
            (raw.SQLITE_INTEGER, ColumnKind.Any) => raw.sqlite3_column_int64(statement, column),
            (raw.SQLITE_INTEGER, ColumnKind.Int16 or ColumnKind.Int32 or ColumnKind.Int64) =>
                CopyValue.Fits(raw.sqlite3_column_int64(statement, column), kind) is { } number
                    ? number
                    : throw Wrong(statement, column, table, "is too large for"),
            (raw.SQLITE_INTEGER, ColumnKind.Boolean) => raw.sqlite3_column_int64(statement, column) switch
            {
                0 => false,
                1 => true,
                _ => throw Wrong(statement, column, table, "is neither 0 nor 1, and would have to be"),
            },
            (raw.SQLITE_INTEGER or raw.SQLITE_FLOAT, ColumnKind.Single or ColumnKind.Double) => Float(statement, column, table),
            (raw.SQLITE_FLOAT, ColumnKind.Any) => raw.sqlite3_column_double(statement, column),
            (raw.SQLITE_TEXT, ColumnKind.Any or ColumnKind.Text) => Text(statement, column, table),
            (raw.SQLITE_BLOB, ColumnKind.Any or ColumnKind.Bytes) => raw.sqlite3_column_blob(statement, column).ToArray(),
            var (type, _) => throw Wrong(statement, column, table, $"is {Named(type)}, and would have to be"),
        };
    }

    private static double Float(sqlite3_stmt statement, int column, TableView table)
    {
        var number = raw.sqlite3_column_double(statement, column);
        var isExact = raw.sqlite3_column_type(statement, column) == raw.SQLITE_FLOAT
            || (Math.Abs(number) < 1L << 53 && (long)number == raw.sqlite3_column_int64(statement, column));
        return isExact && (table.Kinds[column] == ColumnKind.Double || (double)(float)number == number)
            ? number
            : throw Wrong(statement, column, table, "has more digits than");
    }

    private static string Text(sqlite3_stmt statement, int column, TableView table)
    {
        string text;
        try
        {
            // The bytes of a text, which may hold what text must not.
            text = s_strict.GetString(raw.sqlite3_column_blob(statement, column));
        }
        catch (DecoderFallbackException)
        {
            throw Wrong(statement, column, table, "is not valid UTF-8, and would have to be");
        }

        return table.Kinds[column] == ColumnKind.Any || !text.Contains('\0', StringComparison.Ordinal)
            ? text
            : throw Wrong(statement, column, table, "has a character 0, which there is not in");
    }

    private static StoreCopyException Wrong(sqlite3_stmt statement, int column, TableView table, string what) => CopyValue.Wrong(
        table,
        column,
        index => raw.sqlite3_column_type(statement, index) switch
        {
            raw.SQLITE_NULL => null,
            raw.SQLITE_INTEGER => raw.sqlite3_column_int64(statement, index),
            raw.SQLITE_FLOAT => raw.sqlite3_column_double(statement, index),
            raw.SQLITE_TEXT => Encoding.UTF8.GetString(raw.sqlite3_column_blob(statement, index)).Replace('\0', '?'),
            _ => raw.sqlite3_column_blob(statement, index).ToArray(),
        },
        what);

    private static string Named(int type) => type switch
    {
        raw.SQLITE_INTEGER => "an integer",
        raw.SQLITE_FLOAT => "a floating point number",
        raw.SQLITE_TEXT => "a text",
        _ => "bytes",
    };
}

/// <summary>What a value has to be to go into its column on the other side.</summary>
internal static class CopyValue
{
    /// <summary>The number, or null when it is outside the column's range.</summary>
    public static object? Fits(long number, ColumnKind kind) => kind switch
    {
        ColumnKind.Int16 => number is >= short.MinValue and <= short.MaxValue ? number : null,
        ColumnKind.Int32 => number is >= int.MinValue and <= int.MaxValue ? number : null,
        _ => number,
    };

    /// <param name="table">The table.</param>
    /// <param name="column">The value's column.</param>
    /// <param name="cell">The row's values, of which the key is shown; the value itself may be anybody's secret.</param>
    /// <param name="what">What is wrong, up to the kind that it would have to be.</param>
    public static StoreCopyException Wrong(TableView table, int column, Func<int, object?> cell, string what)
    {
        var kind = table.Kinds[column] switch
        {
            ColumnKind.Any => "a value of SQLite",
            ColumnKind.Text => "a text",
            ColumnKind.Boolean => "a boolean",
            ColumnKind.Int16 => "an integer of 16 bits",
            ColumnKind.Int32 => "an integer of 32 bits",
            ColumnKind.Int64 => "an integer of 64 bits",
            ColumnKind.Single => "a floating point number of 32 bits",
            ColumnKind.Double => "a floating point number of 64 bits",
            _ => "bytes",
        };
        return new StoreCopyException(
            $"Table {table.Name}, {table.RowName(cell)}: the value of column {table.Columns[column]} {what} {kind}. "
            + "Mend it in the source, then run the copy again.");
    }
}
