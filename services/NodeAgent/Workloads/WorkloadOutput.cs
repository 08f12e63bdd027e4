using System.Text;

namespace OrionPlatform.NodeAgent;

/// <summary>
/// Passes a workload's output on to the log, up to a rate: what is beyond is skipped and counted. The file it grows in is emptied
/// before it is large, so a talkative workload fills neither log nor disk.
/// </summary>
internal sealed class WorkloadOutput(string file, string allocationId, ILogger log, TimeProvider time)
{
    private const int MaxFileBytes = 1024 * 1024;
    private const int MaxReadBytes = 64 * 1024;
    private const int MaxLineChars = 1000;
    private const int LinesPerWindow = 100;
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(10);

    private long _position = File.Exists(file) ? new FileInfo(file).Length : 0;
    private DateTimeOffset _windowBegan = time.GetUtcNow();
    private int _passed;
    private long _skipped;
    private string _rest = "";

    /// <summary>Reads what is new. Not safe for two callers at once.</summary>
    public void Pump()
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            Read(stream);
            if (stream.Length > MaxFileBytes)
            {
                // The workload appends, so it goes on at the new end.
                stream.SetLength(0);
                _position = 0;
            }
        }
        catch (IOException)
        {
            // Not there yet, or gone with its workload.
        }
    }

    /// <summary>Passes on what is left and deletes the file.</summary>
    public void Close()
    {
        Pump();
        if (_rest.Length > 0)
        {
            Pass(_rest);
        }

        NextWindow();
        File.Delete(file);
    }

    private void Read(FileStream stream)
    {
        if (stream.Length - _position > MaxReadBytes)
        {
            _skipped += stream.Length - _position - MaxReadBytes;
            _position = stream.Length - MaxReadBytes;
        }

        stream.Position = Math.Min(_position, stream.Length);
        var bytes = new byte[stream.Length - stream.Position];
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        _position = stream.Position;
        var lines = (_rest + Encoding.UTF8.GetString(bytes, 0, read)).Split('\n');
        foreach (var line in lines.AsSpan(0, lines.Length - 1))
        {
            Pass(line);
        }

        _rest = lines[^1].Length > MaxLineChars ? lines[^1][..MaxLineChars] : lines[^1];
    }

    private void Pass(string line)
    {
        if (time.GetUtcNow() - _windowBegan > s_window)
        {
            NextWindow();
        }

        if (_passed >= LinesPerWindow)
        {
            _skipped += line.Length + 1;
            return;
        }

        _passed++;
        log.LogInformation(
            "{AllocationId} says: {Line}", allocationId, line.Length > MaxLineChars ? line[..MaxLineChars] : line.TrimEnd('\r'));
    }

    private void NextWindow()
    {
        if (_skipped > 0)
        {
            log.LogWarning("{AllocationId} said too much: about {Skipped} bytes of its output were not passed on.", allocationId, _skipped);
        }

        _windowBegan = time.GetUtcNow();
        _passed = 0;
        _skipped = 0;
    }
}
