namespace Orion.Store.Sql;

/// <summary>
/// What the engines say differently. SQL that both understand is written once; a statement that cannot be is built with this.
/// </summary>
public abstract class Dialect
{
    private protected Dialect()
    {
    }

    /// <summary>OpenTelemetry's <c>db.system.name</c>: <c>sqlite</c> or <c>postgresql</c>.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// The texts of a JSON array, as a subquery with one column, <c>value</c>: <c>$"kind IN {tx.Dialect.Values("@kinds")}"</c>, with the
    /// array serialized into the argument.
    /// </summary>
    /// <param name="parameter">The parameter, with its sign: <c>@kinds</c>.</param>
    public abstract string Values(string parameter);

    /// <summary>
    /// Ends the name of a migration's file for this engine, where it has one of its own: <c>0001_journal.postgres.sql</c>.
    /// </summary>
    internal abstract string MigrationSuffix { get; }

    /// <summary>Counts the tables (0 or 1) that are named <c>@name</c>.</summary>
    internal abstract string TableCount { get; }

    /// <summary>Whether the engine has a type of its own for true and false; else they are 1 and 0.</summary>
    internal abstract bool HasBooleans { get; }

    /// <summary>The position of an entry that others follow, made of the parameter <c>@position</c>.</summary>
    internal abstract string Position { get; }

    /// <summary>
    /// Further condition on a <c>position</c>: nothing that is still to be committed can get a lower one. Whoever follows positions has to
    /// ask for it, or misses what is committed after something with a higher one.
    /// </summary>
    internal abstract string IsSettled { get; }

    /// <summary>Ends leases (state 'leased') that are over.</summary>
    internal abstract string OverdueLeases { get; }

    /// <summary>Jobs whose time has come.</summary>
    internal abstract string DueJobs { get; }

    /// <summary>The next fencing token.</summary>
    internal abstract string NextFencingToken { get; }

    /// <summary>Keeps the fencing token <c>@token</c> that was used; null where taking it was enough.</summary>
    internal abstract string? KeepFencingToken { get; }

    /// <summary>
    /// The rows of the jobs to claim, as a condition on <c>rowid</c>, with the clause WITH before the statement: lanes of <c>@kinds</c> in
    /// turn, at most <c>@limit</c>.
    /// </summary>
    internal abstract (string With, string Condition) Claimable { get; }
}
