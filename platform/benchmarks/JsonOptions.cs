using System.Text.Json;

namespace Orion.Benchmarks;

/// <summary>How a result is printed.</summary>
internal static class JsonOptions
{
    /// <summary>Property names as <c>rows_per_s</c>; dictionary keys stay as they are.</summary>
    public static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
}
