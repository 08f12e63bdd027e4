namespace OrionPlatform.Sink.Cli;

/// <summary>What is typed, what is answered, and the exit code: 0 done, 2 refused or failed, 130 stopped.</summary>
internal static class Command
{
    private const string Usage = """
        Reads the telemetry that the platform keeps in SQLite. It only reads, and may run beside a live platform.

          sql "SELECT ..."   prints the rows of one statement; "-" takes it from standard input
          tables [NAME]      lists the tables there are, or the columns of one

          --data FOLDER      the telemetry folder                     (.data/telemetry)
          --from, --to TIME  a day or a UTC time; a day given as --to is included
                             (the newest days that can be read at once)
          --process NAME     only what this process wrote, for example api
          --format FORMAT    table, json or csv                       (table)
          --limit N          rows printed at most, 1 to 1000000       (1000)
          --timeout SECONDS  a query that takes longer is cut off     (30)

        docs/telemetry.md describes the tables and has queries to begin with.
        """;

    public static int Run(string[] arguments, TextReader input, TextWriter output, TextWriter notes, TimeProvider time, CancellationToken cancellationToken)
    {
        if (arguments.Length == 0 || arguments[0] is "help" or "--help" or "-h")
        {
            output.WriteLine(Usage);
            return arguments.Length == 0 ? 2 : 0;
        }

        try
        {
            var request = RequestParser.Parse(arguments, input);
            using var files = TelemetryFiles.Open(request, time.GetUtcNow());
            foreach (var note in files.Notes)
            {
                notes.WriteLine(note);
            }

            var (sql, parameters) = request.Verb == "tables" ? TableList.Query(files, request.Text) : (request.Text!, []);
            var query = new Query(files.Connection, time, TimeSpan.FromSeconds(request.TimeoutSeconds), cancellationToken);
            if (query.Run(sql, parameters, RowPrinter.To(output, request.Format), request.Limit))
            {
                notes.WriteLine($"Only the first {request.Limit} rows are shown; --limit N shows more.");
            }

            return 0;
        }
        catch (OperationCanceledException)
        {
            notes.WriteLine("Stopped.");
            return 130;
        }
        catch (Exception exception) when (exception is CommandException or IOException or UnauthorizedAccessException)
        {
            // The folder may not be readable, and what is printed to may be full.
            notes.WriteLine(exception.Message);
            return 2;
        }
    }
}

/// <summary>Something that was asked for cannot be done; the message is for whoever asked.</summary>
internal sealed class CommandException(string message) : Exception(message);
