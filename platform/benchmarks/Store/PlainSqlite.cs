using Microsoft.Data.Sqlite;

namespace Orion.Benchmarks;

/// <summary>The same statements as one would write them without the store: prepared commands, a transaction a write.</summary>
internal sealed class PlainSqlite : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _item;
    private readonly SqliteCommand _fact;
    private readonly SqliteCommand _commit;

    /// <summary>On a database that has the tables; as durable as the store's.</summary>
    public PlainSqlite(string connectionString)
    {
        _connection = new SqliteConnection(connectionString + ";Pooling=False");
        _connection.Open();
        Command("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL").ExecuteNonQuery();
        (_begin, _commit) = (Command("BEGIN IMMEDIATE"), Command("COMMIT"));
        _item = Command(SampleWrite.InsertItem, "@id", "@owner", "@note", "@amount", "@made_at");
        _fact = Command(SampleWrite.InsertFact("NULL"), "@made_at", "@type", "@subject", "@tenant_id", "@data");
        foreach (var command in (SqliteCommand[])[_begin, _item, _fact, _commit])
        {
            command.Prepare();
        }
    }

    public void Write(SampleWrite write)
    {
        var madeAt = write.MadeAt.ToUnixTimeMilliseconds();
        _begin.ExecuteNonQuery();
        Bind(_item, write.Id, write.Owner, write.Note, write.Amount, madeAt).ExecuteNonQuery();
        Bind(_fact, madeAt, SampleWrite.FactType, $"item/{write.Id}", write.Owner, SampleWrite.FactData).ExecuteScalar();
        _commit.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var command in (SqliteCommand[])[_begin, _item, _fact, _commit])
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private static SqliteCommand Bind(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        return command;
    }

    private SqliteCommand Command(string sql, params string[] parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
        {
            command.Parameters.Add(new SqliteParameter(name, null));
        }

        return command;
    }
}
