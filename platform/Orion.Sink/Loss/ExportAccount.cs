namespace Orion.Sink.Loss;

/// <summary>
/// What became of one kind of rows that a process sends away by OTLP, since it started. What is in none of the three last figures is on its
/// way.
/// </summary>
/// <param name="Stream">Its name in the loss account: <see cref="Spans"/> or <see cref="Logs"/>.</param>
/// <param name="Produced">Rows given to the exporter.</param>
/// <param name="Delivered">Rows in exports that the receiver acknowledged.</param>
/// <param name="Failed">Rows in exports that were refused, or that nobody answered.</param>
/// <param name="Overflowed">Rows that did not fit into the exporter's queue, as far as that is certain.</param>
public sealed record ExportAccount(string Stream, long Produced, long Delivered, long Failed, long Overflowed)
{
    /// <summary>Spans that are exported.</summary>
    public const string Spans = "exported_spans";

    /// <summary>Log records that are exported.</summary>
    public const string Logs = "exported_logs";

    internal StreamAccount Account()
    {
        var account = new StreamAccount(Stream) { Produced = Produced, Stored = Delivered };
        account.Drop("export_failed", null, Failed);
        account.Drop("overflow", null, Overflowed);
        return account;
    }
}
