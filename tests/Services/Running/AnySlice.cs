namespace OrionPlatform.Services.Tests;

/// <summary>The slice that tests go through when they are about what all slices share: keys, limits, idempotency, a busy store.</summary>
internal static class AnySlice
{
    /// <summary>Below a project; its table has the same name.</summary>
    public const string Path = "allocations";

    public const string Body = """{"runtime":"sleeper","slots":1}""";

    /// <summary>Says the same in other characters.</summary>
    public const string SameBody = """{ "slots": 1, "runtime": "sleeper" }""";

    public const string OtherBody = """{"runtime":"sleeper","slots":2}""";

    /// <summary>The subject of its facts.</summary>
    public static string SubjectOf(string id) => "allocation/" + id;
}
