using Orion.Sink.Sql;

namespace Orion.Sink.Reading;

/// <summary>Rows a process lost, by reason.</summary>
/// <param name="Process">The process.</param>
/// <param name="Stream">The stream.</param>
/// <param name="Reason">Why, for example <c>buffer_full</c> or <c>killed</c>.</param>
/// <param name="Rows">How many, over all its runs and tenants.</param>
public sealed record LossReason(string Process, string Stream, string Reason, long Rows);

/// <summary>The loss account's reasons.</summary>
internal static class DropReads
{
    public static List<LossReason> Read(Database database)
    {
        using var rows = database.Prepare(
            "SELECT process, stream, reason, sum(rows) FROM loss_drops "
            + "GROUP BY process, stream, reason HAVING sum(rows) > 0 ORDER BY process, stream, reason");
        var result = new List<LossReason>();
        while (rows.Step())
        {
            result.Add(new LossReason(rows.Text(0)!, rows.Text(1)!, rows.Text(2)!, rows.Long(3)));
        }

        return result;
    }
}
