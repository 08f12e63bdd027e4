using Microsoft.Data.Sqlite;
using Orion.Sink.Rollups;
using SQLitePCL;

namespace Orion.Cli.Querying;

/// <summary>An aggregate of SQL: a percentile over the histograms of a group; NULL when there is nothing in them.</summary>
/// <param name="name">The function.</param>
/// <param name="histograms">Its first argument, as messages name it.</param>
/// <param name="unit">So much in a histogram is 1 of what is answered.</param>
internal sealed class PercentileFunction(string name, string histograms, double unit)
{
    /// <summary>
    /// Makes it known, through the engine's own interface: CreateAggregate carries its state on from one group to the next.
    /// </summary>
    public void Register(SqliteConnection connection) => raw.sqlite3_create_function(connection.Handle, name, 2, null, Step, Final);

    private void Step(sqlite3_context context, object data, sqlite3_value[] arguments)
    {
        try
        {
            var group = context.state as Group ?? NewGroup(raw.sqlite3_value_double(arguments[1]));
            context.state = group;
            group.Histogram.MergeBytes(raw.sqlite3_value_blob(arguments[0]));
        }
        catch (FormatException exception)
        {
            raw.sqlite3_result_error(context, utf8z.FromString(exception.Message));
        }
    }

    private void Final(sqlite3_context context, object data)
    {
        if (context.state is Group { Histogram.Count: > 0 } group)
        {
            raw.sqlite3_result_double(context, group.Histogram.Quantile(group.Percent / 100) / unit);
        }
        else
        {
            raw.sqlite3_result_null(context);
        }
    }

    private Group NewGroup(double percent) => percent is > 0 and <= 100
        ? new Group(new LogHistogram(), percent)
        : throw new FormatException($"{name}({histograms}, percent): percent has to be above 0 and at most 100, not {percent}.");

    private sealed record Group(LogHistogram Histogram, double Percent);
}
