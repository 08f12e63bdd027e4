namespace OrionPlatform.Store;

/// <summary>Says whether two requests ask for the same thing.</summary>
public static class RequestFingerprint
{
    /// <summary>
    /// SHA-256 over the target (path and query) and the body. A JSON body counts by its content: white space and the order of members make
    /// no difference; any other body counts by its bytes.
    /// </summary>
    public static byte[] Of(string target, ReadOnlySpan<byte> body) => throw new NotSupportedException();
}
