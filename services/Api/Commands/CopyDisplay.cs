using System.Text;
using Orion.Store.Copying;

namespace OrionPlatform.Api;

/// <summary>
/// How far a copy is: one line that is written over on a terminal, elsewhere a line for each table and each second.
/// </summary>
internal sealed class CopyDisplay(TextWriter output, bool isTerminal, TimeProvider time) : IProgress<CopyProgress>
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private (CopyPhase, string) _shown;
    private CopyPhase? _phase;
    private long _lastLine;
    private long _begun;
    private long _doneAtBegin;
    private int _width;

    public void Report(CopyProgress value)
    {
        lock (_gate)
        {
            if (_phase != value.Phase)
            {
                (_phase, _begun, _doneAtBegin) = (value.Phase, time.GetTimestamp(), value.Done);
            }

            if (_shown == (value.Phase, value.Table) && time.GetElapsedTime(_lastLine) < s_pause)
            {
                return;
            }

            (_shown, _lastLine) = ((value.Phase, value.Table), time.GetTimestamp());
            Write(Line(value));
        }
    }

    /// <summary>Leaves the line.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (isTerminal && _width > 0)
            {
                output.WriteLine();
            }
        }
    }

    /// <summary>The tables that are there, and what is to be done now.</summary>
    public static string Summary(CopyResult result)
    {
        var text = new StringBuilder();
        if (result.BegunAnew is { } why)
        {
            text.AppendLine($"Begun anew: {why}");
        }
        else if (result.Resumed > 0)
        {
            text.AppendLine($"Went on after {result.Resumed:N0} rows of an earlier run.");
        }

        var width = result.Tables.Select(t => t.Name.Length).Append("table".Length).Max();
        text.AppendLine($"{"table".PadRight(width)}  {"rows",13}  checksum");
        foreach (var table in result.Tables)
        {
            text.AppendLine($"{table.Name.PadRight(width)}  {table.Rows,13:N0}  {table.Checksum}");
        }

        return text.Append("Both sides are the same. Give the target to all processes as ConnectionStrings:store, and start them.")
            .ToString();
    }

    private string Line(CopyProgress value)
    {
        if (value.Phase == CopyPhase.Completing)
        {
            return "Making indexes, foreign keys and triggers";
        }

        var seconds = time.GetElapsedTime(_begun).TotalSeconds;
        var rate = seconds > 0.5 ? $", {(value.Done - _doneAtBegin) / seconds:N0} rows/s" : "";
        var percent = value.OfAll == 0 ? 100 : 100 * value.Done / value.OfAll;
        return $"{(value.Phase == CopyPhase.Copying ? "Copying" : "Comparing")} {value.Table}: {value.Rows:N0} of {value.OfRows:N0} rows; "
            + $"{percent}% of all{rate}";
    }

    private void Write(string line)
    {
        if (!isTerminal)
        {
            output.WriteLine(line);
            return;
        }

        output.Write($"\r{line.PadRight(_width)}");
        _width = line.Length;
    }
}
