using Microsoft.Data.Sqlite;

namespace Orion.Store.Sql;

/// <summary>One prepared statement of one connection, with the row readers made for its columns.</summary>
internal sealed class SqlStatement : IDisposable
{
    private static readonly string[] s_transactionControl = ["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"];

    private readonly SqliteCommand _command;
    private readonly Dictionary<Type, Delegate> _readers = [];

    public SqlStatement(SqliteConnection connection, string sql)
    {
        var text = sql.AsSpan().TrimStart();
        var word = text[..IndexOfEnd(text)];
        foreach (var control in s_transactionControl)
        {
            if (word.Equals(control, StringComparison.OrdinalIgnoreCase))
            {
                throw new InvalidOperationException($"{control} belongs to the store: a closure's effects are undone by throwing.");
            }
        }

        _command = connection.CreateCommand();
        _command.CommandText = sql;
    }

    public int Execute(object? args)
    {
        SqlParameters.Bind(_command, args);
        return _command.ExecuteNonQuery();
    }

    public IReadOnlyList<T> Query<T>(object? args, int limit = int.MaxValue)
    {
        SqlParameters.Bind(_command, args);
        using var reader = _command.ExecuteReader();
        var rows = new List<T>();
        Func<SqliteDataReader, T>? read = null;
        while (rows.Count < limit && reader.Read())
        {
            read ??= Reader<T>(reader);
            rows.Add(read(reader));
        }

        return rows;
    }

    public void Dispose() => _command.Dispose();

    private static int IndexOfEnd(ReadOnlySpan<char> text)
    {
        var end = 0;
        while (end < text.Length && char.IsAsciiLetter(text[end]))
        {
            end++;
        }

        return end;
    }

    private Func<SqliteDataReader, T> Reader<T>(SqliteDataReader reader)
    {
        if (!_readers.TryGetValue(typeof(T), out var read))
        {
            _readers[typeof(T)] = read = RowReader.For<T>(reader);
        }

        return (Func<SqliteDataReader, T>)read;
    }
}
