using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Orion.Store.Sqlite;

/// <summary>
/// Waits for another process to release the database: a constant short pause, which is fairer among writers than growing ones.
/// </summary>
internal static class Busy
{
    public static void Retry(Func<int> attempt, SqliteSession session, TimeSpan deadline) => Retry(attempt, session, deadline, deadline);

    /// <param name="attempt">What needs the database.</param>
    /// <param name="session">The connection.</param>
    /// <param name="left">Time left; the first attempt is made in any case.</param>
    /// <param name="deadline">Of how much, for the message.</param>
    public static void Retry(Func<int> attempt, SqliteSession session, TimeSpan left, TimeSpan deadline)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var rc = attempt();
            if (rc == raw.SQLITE_OK)
            {
                return;
            }

            if ((rc & 0xff) is not (raw.SQLITE_BUSY or raw.SQLITE_LOCKED))
            {
                SqliteException.ThrowExceptionForRC(rc, session.Connection.Handle);
            }

            if (Stopwatch.GetElapsedTime(started) > left)
            {
                throw new StoreBusyException($"Another process has held the database for {deadline.TotalSeconds:0.#} s; nothing was done.");
            }

            Thread.Sleep(1);
        }
    }
}
