using Microsoft.Data.Sqlite;
using Orion.Cli.Output;
using SQLitePCL;

namespace Orion.Cli.Querying;

/// <summary>Runs one statement and prints its rows.</summary>
internal sealed class Query(SqliteConnection connection, TimeProvider time, TimeSpan longest, CancellationToken cancellationToken)
{
    private const int StepsBetweenChecks = 2_000;

    private readonly sqlite3 _handle = connection.Handle!;

    // As in ReadOnlyGuard: held here so that it is not collected.
    private delegate_progress? _progress;

    /// <summary>Whether there were more rows than <paramref name="limit"/>, which are not printed.</summary>
    /// <exception cref="CommandException">SQLite refuses the statement, it writes, or it took too long.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public bool Run(string sql, string[] parameters, RowPrinter printer, int limit)
    {
        var guard = new ReadOnlyGuard(_handle);
        var started = time.GetTimestamp();
        _progress = _ => cancellationToken.IsCancellationRequested || time.GetElapsedTime(started) > longest ? 1 : 0;
        raw.sqlite3_progress_handler(_handle, StepsBetweenChecks, _progress, null);
        using var statement = Prepare(sql, guard);
        for (var i = 0; i < parameters.Length; i++)
        {
            raw.sqlite3_bind_text(statement, i + 1, parameters[i]);
        }

        printer.Begin(Columns(statement));
        for (var rows = 0; Step(statement, guard, sql); rows++)
        {
            if (rows == limit)
            {
                printer.End();
                return true;
            }

            printer.Row(Values(statement));
        }

        printer.End();
        GC.KeepAlive(guard);
        return false;
    }

    private static string[] Columns(sqlite3_stmt statement)
    {
        // Two columns of one name would be one in JSON.
        var names = new List<string>();
        for (var i = 0; i < raw.sqlite3_column_count(statement); i++)
        {
            var name = raw.sqlite3_column_name(statement, i).utf8_to_string();
            var unique = name;
            for (var n = 2; names.Contains(unique); n++)
            {
                unique = $"{name}_{n}";
            }

            names.Add(unique);
        }

        return [.. names];
    }

    private static object?[] Values(sqlite3_stmt statement)
    {
        var values = new object?[raw.sqlite3_column_count(statement)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = raw.sqlite3_column_type(statement, i) switch
            {
                raw.SQLITE_INTEGER => raw.sqlite3_column_int64(statement, i),
                raw.SQLITE_FLOAT => raw.sqlite3_column_double(statement, i),
                raw.SQLITE_TEXT => raw.sqlite3_column_text(statement, i).utf8_to_string(),
                raw.SQLITE_BLOB => "x'" + Convert.ToHexStringLower(raw.sqlite3_column_blob(statement, i)) + "'",
                _ => null,
            };
        }

        return values;
    }

    private sqlite3_stmt Prepare(string sql, ReadOnlyGuard guard)
    {
        var code = raw.sqlite3_prepare_v2(_handle, sql, out var statement, out var rest);
        if (code != raw.SQLITE_OK)
        {
            throw Failure(code, guard, sql);
        }

        if (statement.IsInvalid)
        {
            throw new CommandException("There is no statement in it.");
        }

        // What follows may be a comment, which is no statement.
        if (raw.sqlite3_prepare_v2(_handle, rest, out var second) != raw.SQLITE_OK || !second.IsInvalid)
        {
            statement.Dispose();
            second?.Dispose();
            throw new CommandException("Only one statement at a time is run.");
        }

        return statement;
    }

    private bool Step(sqlite3_stmt statement, ReadOnlyGuard guard, string sql) => raw.sqlite3_step(statement) switch
    {
        raw.SQLITE_ROW => true,
        raw.SQLITE_DONE => false,
        var code => throw Failure(code, guard, sql),
    };

    private Exception Failure(int code, ReadOnlyGuard guard, string sql)
    {
        var message = raw.sqlite3_errmsg(_handle).utf8_to_string();
        if (guard.Refused is not null || message.StartsWith("cannot modify", StringComparison.Ordinal))
        {
            var what = guard.Refused is { Length: > 0 } refused
                ? refused
                : sql.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries)[0].ToUpperInvariant();
            return new CommandException($"This command only reads: {what} is refused.");
        }

        if ((code & 0xFF) == raw.SQLITE_INTERRUPT)
        {
            return cancellationToken.IsCancellationRequested
                ? new OperationCanceledException(cancellationToken)
                : new CommandException(
                    $"Cut off after {longest.TotalSeconds} s. Ask for less time with --from and --to, or allow more with --timeout: "
                    + "while a read lasts, the file's WAL grows.");
        }

        return new CommandException(message);
    }
}
