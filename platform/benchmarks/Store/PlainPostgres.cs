using System.Data;
using Npgsql;

namespace Orion.Benchmarks;

/// <summary>
/// The same statements as one would write them without the store: a pooled connection and a SERIALIZABLE transaction a write, done again
/// after a conflict. Its BEGIN travels with the first statement, as Npgsql does it.
/// </summary>
internal sealed class PlainPostgres(string connectionString) : IAsyncDisposable
{
    // The fact's position is made as the store makes it, so that both fill the journal in the same order.
    private static readonly string s_insertFact = SampleWrite.InsertFact("pg_current_xact_id()::text::bigint << 20");

    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(connectionString);
    private long _retries;

    public long Retries => Interlocked.Read(ref _retries);

    public async Task WriteAsync(SampleWrite write)
    {
        while (true)
        {
            await using var connection = await _source.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.Serializable);
            try
            {
                await using (var item = new NpgsqlCommand(SampleWrite.InsertItem, connection, transaction))
                {
                    item.Parameters.Add(new NpgsqlParameter<string>("id", write.Id));
                    item.Parameters.Add(new NpgsqlParameter<string>("owner", write.Owner));
                    item.Parameters.Add(new NpgsqlParameter<string>("note", write.Note));
                    item.Parameters.Add(new NpgsqlParameter<long>("amount", write.Amount));
                    item.Parameters.Add(new NpgsqlParameter<long>("made_at", write.MadeAt.ToUnixTimeMilliseconds()));
                    await item.ExecuteNonQueryAsync();
                }

                await using (var fact = new NpgsqlCommand(s_insertFact, connection, transaction))
                {
                    fact.Parameters.Add(new NpgsqlParameter<long>("made_at", write.MadeAt.ToUnixTimeMilliseconds()));
                    fact.Parameters.Add(new NpgsqlParameter<string>("type", SampleWrite.FactType));
                    fact.Parameters.Add(new NpgsqlParameter<string>("subject", $"item/{write.Id}"));
                    fact.Parameters.Add(new NpgsqlParameter<string>("tenant_id", write.Owner));
                    fact.Parameters.Add(new NpgsqlParameter<string>("data", SampleWrite.FactData));
                    await fact.ExecuteScalarAsync();
                }

                await transaction.CommitAsync();
                return;
            }
            catch (PostgresException conflict) when (conflict.SqlState == PostgresErrorCodes.SerializationFailure)
            {
                Interlocked.Increment(ref _retries);
            }
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
