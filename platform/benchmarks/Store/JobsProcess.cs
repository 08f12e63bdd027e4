using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Orion.Store.Jobs;

namespace Orion.Benchmarks;

/// <summary>The processes of the jobs benchmark.</summary>
internal static class JobsProcess
{
    /// <summary>
    /// Works on what is enqueued; answers each line with <c>NUMBER:TIMESTAMP</c> of every job it claimed since the last one. The timestamps
    /// are those of <see cref="Stopwatch"/>, which all processes of a machine share.
    /// </summary>
    public static async Task<object> WorkAsync(string connectionString)
    {
        await using var store = SampleWrite.Open(connectionString);
        var claims = new ConcurrentQueue<(long Number, long At)>();
        await using var worker = new JobWorker(
            store, job => claims.Enqueue((SampleJobs.Number(job), Stopwatch.GetTimestamp())), _ => { });
        Console.WriteLine(ChildProcess.Ready);
        while (await Console.In.ReadLineAsync() is not null)
        {
            var told = new List<string>();
            while (claims.TryDequeue(out var claim))
            {
                told.Add(string.Create(CultureInfo.InvariantCulture, $"{claim.Number}:{claim.At}"));
            }

            Console.WriteLine(string.Join(' ', told));
        }

        return new { };
    }

    /// <summary>Claims one job and holds it until it is killed.</summary>
    public static async Task<object> HoldAsync(string connectionString)
    {
        await using var store = SampleWrite.Open(connectionString);
        var held = await new JobQueue(store).ClaimAsync("holder", [SampleJobs.Kind], limit: 1);
        if (held.Count == 0)
        {
            throw new InvalidOperationException("There is no job to hold.");
        }

        Console.WriteLine(ChildProcess.Ready);
        await Console.In.ReadToEndAsync();
        return new { Held = held.Count };
    }
}
