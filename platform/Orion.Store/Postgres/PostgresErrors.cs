using System.Net.Sockets;
using Npgsql;

namespace Orion.Store.Postgres;

/// <summary>What a failure of the database means for the one who asked for something.</summary>
internal enum PostgresError
{
    /// <summary>The closure's own: a constraint, a mistake in its SQL.</summary>
    OfTheClosure,

    /// <summary>Another transaction came in between: the closure can be run again at once.</summary>
    Conflict,

    /// <summary>The database is away, restarts, or takes no connections or writes just now.</summary>
    Away,

    /// <summary>Others held what was needed for too long.</summary>
    Held,

    /// <summary>The database cannot store it: disk full, I/O error, damaged file.</summary>
    Broken,
}

/// <summary>PostgreSQL's error codes (its manual, appendix A), as far as the store tells them apart.</summary>
internal static class PostgresErrors
{
    public static PostgresError Of(Exception failure) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected } =>
            PostgresError.Conflict,

        // The closure has to see another time.
        ClockMovedException => PostgresError.Conflict,
        PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled } => PostgresError.Held,
        PostgresException
        {
            SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
                or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.ReadOnlySqlTransaction
        } => PostgresError.Away,

        // 25P03: it waited for this process, which stood still for too long, and has let go of everything.
        PostgresException { SqlState: "25P03" } => PostgresError.Away,

        // Class 08: the connection. A pooler whose server went away says so with these; 55000: numbers cannot be taken during recovery.
        PostgresException { SqlState: ['0', '8', ..] or PostgresErrorCodes.ObjectNotInPrerequisiteState } => PostgresError.Away,

        // Classes 53 (resources), 58 (system) and XX (damage).
        PostgresException { SqlState: ['5', '3' or '8', ..] or ['X', 'X', ..] } => PostgresError.Broken,
        PostgresException => PostgresError.OfTheClosure,
        NpgsqlException or SocketException or IOException => PostgresError.Away,
        _ => PostgresError.OfTheClosure,
    };
}
