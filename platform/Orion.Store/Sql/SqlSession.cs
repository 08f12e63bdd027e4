namespace Orion.Store.Sql;

/// <summary>One connection within one transaction: the statements of a closure.</summary>
internal abstract class SqlSession
{
    private static readonly string[] s_transactionControl =
        ["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE", "START", "ABORT"];

    public abstract Dialect Dialect { get; }

    /// <summary>Whether only the thread that began the transaction may use it.</summary>
    public abstract bool IsOfOneThread { get; }

    /// <summary>The rows, up to <paramref name="limit"/>.</summary>
    public abstract Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args, int limit = int.MaxValue);

    /// <summary>The transaction's number; null where one writes at a time.</summary>
    public virtual Task<long?> NumberAsync() => Task.FromResult<long?>(null);

    /// <summary>Executes a statement; returns the number of rows it changed.</summary>
    public abstract Task<int> ExecuteAsync(string sql, object? args = null);

    /// <exception cref="InvalidOperationException">The statement begins or ends a transaction.</exception>
    protected static void RefuseTransactionControl(string sql)
    {
        var text = sql.AsSpan().TrimStart();
        var end = 0;
        while (end < text.Length && char.IsAsciiLetter(text[end]))
        {
            end++;
        }

        foreach (var control in s_transactionControl)
        {
            if (text[..end].Equals(control, StringComparison.OrdinalIgnoreCase))
            {
                throw new InvalidOperationException($"{control} belongs to the store: a closure's effects are undone by throwing.");
            }
        }
    }
}
