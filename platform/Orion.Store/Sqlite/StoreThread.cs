namespace Orion.Store.Sqlite;

/// <summary>A thread of the store's own: SQLite's calls block, and a blocked pool thread is one the whole service misses.</summary>
internal sealed class StoreThread
{
    [ThreadStatic]
    private static bool s_isCurrent;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StoreThread(string name, Action loop)
    {
        var thread = new Thread(() =>
        {
            s_isCurrent = true;
            try
            {
                loop();
            }
            finally
            {
                _ended.SetResult();
            }
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.UnsafeStart();
    }

    /// <summary>Whether the caller is a closure on one of these threads.</summary>
    public static bool IsCurrent => s_isCurrent;

    public Task Ended => _ended.Task;
}
