using System.Data.Common;
using Microsoft.Data.Sqlite;
using Orion.Store.Sql;

namespace Orion.Store.Sqlite;

/// <summary>One prepared statement of one connection, with the row readers made for its columns.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly SqliteCommand _command;
    private readonly Dictionary<Type, Delegate> _readers = [];

    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _command = connection.CreateCommand();
        _command.CommandText = sql;
    }

    public int Execute(object? args)
    {
        SqlParameters.Bind(_command, args, SqliteDialect.Instance);
        return _command.ExecuteNonQuery();
    }

    public IReadOnlyList<T> Query<T>(object? args, int limit = int.MaxValue)
    {
        SqlParameters.Bind(_command, args, SqliteDialect.Instance);
        using var reader = _command.ExecuteReader();
        var rows = new List<T>();
        Func<DbDataReader, T>? read = null;
        while (rows.Count < limit && reader.Read())
        {
            read ??= Reader<T>(reader);
            rows.Add(read(reader));
        }

        return rows;
    }

    public void Dispose() => _command.Dispose();

    private Func<DbDataReader, T> Reader<T>(SqliteDataReader reader)
    {
        if (!_readers.TryGetValue(typeof(T), out var read))
        {
            _readers[typeof(T)] = read = RowReader.For<T>(reader);
        }

        return (Func<DbDataReader, T>)read;
    }
}
