using System.Diagnostics;

namespace OrionPlatform.Tests;

/// <summary>Waits for a condition with a deadline: the only way a test may wait.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_least = TimeSpan.FromMilliseconds(20), s_most = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Polls until <paramref name="condition"/> holds; fails with <paramref name="what"/> after the deadline (default 30 s).
    /// </summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        var deadline = within ?? TimeSpan.FromSeconds(30);
        var clock = Stopwatch.StartNew();
        for (var begun = clock.Elapsed; !await condition(); begun = clock.Elapsed)
        {
            Assert.True(clock.Elapsed < deadline, $"Not within {deadline.TotalSeconds:0.#} s: {what}");

            // A look that takes long is taken less often: who waits must not slow down what is waited for.
            var pause = 4 * (clock.Elapsed - begun);
            await Task.Delay(pause < s_least ? s_least : pause > s_most ? s_most : pause);
        }
    }

    /// <inheritdoc cref="TrueAsync(Func{Task{bool}}, string, TimeSpan?)"/>
    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? within = null) =>
        TrueAsync(() => Task.FromResult(condition()), what, within);
}
