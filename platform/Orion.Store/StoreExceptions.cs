namespace Orion.Store;

/// <summary>The store is too busy. Nothing was done; the caller may try again.</summary>
public sealed class StoreBusyException : Exception
{
    /// <summary>With a message.</summary>
    public StoreBusyException(string message) : base(message)
    {
    }
}

/// <summary>The engine could not commit (disk full, I/O error). None of the transaction's writes was done.</summary>
public sealed class StoreFailedException : Exception
{
    /// <summary>With a message and the engine's own error.</summary>
    public StoreFailedException(string message, Exception? cause) : base(message, cause)
    {
    }
}

/// <summary>The database and this code do not belong together. The database was not touched.</summary>
public sealed class StoreSchemaException : Exception
{
    /// <summary>With a message.</summary>
    public StoreSchemaException(string message) : base(message)
    {
    }
}

/// <summary>
/// The database went away while it committed and did not come back in time: the write was done wholly or not at all, and which of the two
/// can be read once the database is back.
/// </summary>
public sealed class StoreOutcomeUnknownException : Exception
{
    /// <summary>With a message and the engine's own error.</summary>
    public StoreOutcomeUnknownException(string message, Exception? cause) : base(message, cause)
    {
    }
}
