using System.Text;

namespace OrionPlatform.AppHost;

/// <summary>Splits a process's output into lines.</summary>
internal static class OutputLines
{
    /// <summary>A longer line is shown in pieces, so that output without line breaks does not fill memory.</summary>
    internal const int MaxLength = 16 * 1024;

    public static async Task ReadAsync(TextReader reader, Action<string> line)
    {
        var pending = new StringBuilder();
        var buffer = new char[4096];
        int read;
        while ((read = await ReadSomeAsync(reader, buffer)) > 0)
        {
            for (var i = 0; i < read; i++)
            {
                if (buffer[i] == '\n' || pending.Length >= MaxLength)
                {
                    Emit(pending, line);
                }

                if (buffer[i] is not ('\n' or '\r'))
                {
                    pending.Append(buffer[i]);
                }
            }
        }

        if (pending.Length > 0)
        {
            Emit(pending, line);
        }
    }

    private static void Emit(StringBuilder pending, Action<string> line)
    {
        line(pending.ToString());
        pending.Clear();
    }

    private static async ValueTask<int> ReadSomeAsync(TextReader reader, char[] buffer)
    {
        try
        {
            return await reader.ReadAsync(buffer);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return 0;
        }
    }
}
