using SQLitePCL;

namespace Orion.Sink.Sql;

/// <summary>A prepared statement, bound by position from 1, read by column from 0. Allocates nothing but the strings it returns.</summary>
internal sealed class Statement(Database database, sqlite3_stmt handle) : IDisposable
{
    // The handle itself is held beside it for as long: a connection's statements are used by the thread that uses the connection, and
    // disposed of by it. 0 from then on, which SQLite refuses as misuse: a mistake may not write to memory that is somebody else's by now.
    private nint _statement = handle.DangerousGetHandle();

    public Statement Bind(int index, long value)
    {
        _ = RowCalls.BindInt64(_statement, index, value);
        return this;
    }

    public Statement Bind(int index, double value)
    {
        raw.sqlite3_bind_double(handle, index, value);
        return this;
    }

    public Statement Bind(int index, string? value)
    {
        if (value is null)
        {
            raw.sqlite3_bind_null(handle, index);
        }
        else
        {
            raw.sqlite3_bind_text(handle, index, value);
        }

        return this;
    }

    /// <summary>Binds the empty text.</summary>
    public Statement BindEmpty(int index)
    {
        // Without a byte to point at, SQLite would take it for NULL.
        _ = RowCalls.BindText(_statement, index, "\0"u8, length: 0, RowCalls.Copied);
        return this;
    }

    public Statement BindBlob(int index, ReadOnlySpan<byte> value)
    {
        // Without a byte to point at, SQLite would take it for NULL.
        _ = RowCalls.BindBlob(_statement, index, value.IsEmpty ? "\0"u8 : value, value.Length, RowCalls.Copied);
        return this;
    }

    /// <summary>Binds bytes that neither move nor change until the statement has run: SQLite makes no copy of them.</summary>
    public Statement BindPinned(int index, ReadOnlySpan<byte> value)
    {
        _ = RowCalls.BindBlob(_statement, index, value, value.Length, RowCalls.Static);
        return this;
    }

    public Statement BindNull(int index)
    {
        raw.sqlite3_bind_null(handle, index);
        return this;
    }

    public Statement ClearBindings()
    {
        ObjectDisposedException.ThrowIf(_statement == 0, this);
        _ = RowCalls.ClearBindings(_statement);
        return this;
    }

    /// <summary>Advances; whether there is a row.</summary>
    public bool Step()
    {
        var code = RowCalls.Step(_statement);
        return code switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw Fail(),
        };
    }

    /// <summary>Executes to its end and makes ready for the next.</summary>
    public void Run()
    {
        Step();
        Reset();
    }

    /// <summary>Executes to its end; whether it gave a row (a statement with RETURNING takes effect only at its end).</summary>
    public bool StepToEnd()
    {
        var any = false;
        while (Step())
        {
            any = true;
        }

        Reset();
        return any;
    }

    /// <summary>Executes; false, and ready for the next, when the primary key exists already.</summary>
    public bool TryInsert()
    {
        var code = RowCalls.Step(_statement);
        if (code == raw.SQLITE_DONE)
        {
            Reset();
            return true;
        }

        var failure = Fail();
        return failure.IsKeyTaken ? false : throw failure;
    }

    public void Reset() => _ = RowCalls.Reset(_statement);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    public bool IsInteger(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_INTEGER;

    public long Long(int column) => raw.sqlite3_column_int64(handle, column);

    public double Double(int column) => raw.sqlite3_column_double(handle, column);

    public string? Text(int column) => IsNull(column) ? null : raw.sqlite3_column_text(handle, column).utf8_to_string();

    /// <summary>The column's bytes; valid until the next step.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(handle, column);

    public void Dispose()
    {
        _statement = 0;
        handle.Dispose();
    }

    private SqliteFailure Fail()
    {
        var failure = database.Failure();
        Reset();
        return failure;
    }
}
