namespace OrionPlatform.Sink;

/// <summary>Settings of the sink, section <c>Orion:Sink</c>; the folder comes from the connection string <c>telemetry</c>.</summary>
public sealed class TelemetrySinkOptions
{
    /// <summary>Folder that holds <c>telemetry.db</c> and the day segments. Made with mode 0700 when missing.</summary>
    public string Directory { get; set; } = "";

    /// <summary>Name of this process in file names and accounts, for example <c>api</c>; letters, digits, hyphen, dot.</summary>
    public string Process { get; set; } = "";

    /// <summary>Longest time a row waits in the buffer before it is committed.</summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Rows a stream's buffer holds before rows are dropped and counted.</summary>
    public int BufferRows { get; set; } = 50_000;

    /// <summary>Days of raw rows kept.</summary>
    public int RawDays { get; set; } = 7;
}
