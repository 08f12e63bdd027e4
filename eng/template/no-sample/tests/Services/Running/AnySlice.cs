namespace OrionPlatform.Services.Tests;

/// <summary>The slice that tests go through when they are about what all slices share: keys, limits, idempotency, a busy store.</summary>
internal static class AnySlice
{
    /// <summary>Below a project; its table has the same name.</summary>
    public const string Path = "labels";

    public const string Body = """{"name":"Very urgent"}""";

    /// <summary>Says the same in other characters.</summary>
    public const string SameBody = """{ "name" : "Very urgent" }""";

    public const string OtherBody = """{"name":"Can wait"}""";

    /// <summary>The subject of its facts.</summary>
    public static string SubjectOf(string id) => "label/" + id;
}
