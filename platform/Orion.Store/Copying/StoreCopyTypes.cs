namespace Orion.Store.Copying;

/// <summary>What a copy does at the moment.</summary>
public enum CopyPhase
{
    /// <summary>Rows are copied.</summary>
    Copying,

    /// <summary>What was left out for speed is put back: indexes, foreign keys, triggers.</summary>
    Completing,

    /// <summary>Both sides are read again and compared.</summary>
    Verifying,
}

/// <summary>How far a copy is.</summary>
/// <param name="Phase">What it does.</param>
/// <param name="Table">The table that it does it to; empty where it is none in particular.</param>
/// <param name="Rows">Rows of the table that are done, those of an earlier run too.</param>
/// <param name="OfRows">Rows of the table.</param>
/// <param name="Done">Rows of all tables that are done.</param>
/// <param name="OfAll">Rows of all tables.</param>
public sealed record CopyProgress(CopyPhase Phase, string Table, long Rows, long OfRows, long Done, long OfAll);

/// <summary>A table that is on both sides, and the same.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Checksum">
/// 64 hex digits, made of every value of every row and alike on both engines. Of the journal it is a chain: each fact's is made of that of
/// the fact before it, so that their order is in it.
/// </param>
public sealed record CopiedTable(string Name, long Rows, string Checksum);

/// <summary>What a copy did.</summary>
/// <param name="Tables">The tables, by name.</param>
/// <param name="Resumed">Rows that an earlier run had copied.</param>
/// <param name="BegunAnew">Why what an earlier run had copied was thrown away; null when it was not.</param>
public sealed record CopyResult(IReadOnlyList<CopiedTable> Tables, long Resumed, string? BegunAnew);

/// <summary>A store cannot be copied or backed up; the message says why and what to do. The source was not changed.</summary>
public sealed class StoreCopyException : Exception
{
    /// <summary>With a message.</summary>
    public StoreCopyException(string message) : base(message)
    {
    }

    /// <summary>With a message and its cause.</summary>
    public StoreCopyException(string message, Exception? cause) : base(message, cause)
    {
    }
}
