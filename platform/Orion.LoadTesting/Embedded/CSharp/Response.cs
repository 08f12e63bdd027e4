using NBomber.Contracts;

namespace NBomber.CSharp;

/// <summary>
/// Makes responses. Beware that the order of the optional arguments differs between <c>Ok</c> and <c>Fail</c>, as it does in NBomber.
/// </summary>
public static class Response
{
    /// <summary>Succeeded; nothing more to say.</summary>
    public static Response<object> Ok() => new();

    /// <summary>Failed; nothing more to say.</summary>
    public static Response<object> Fail() => new() { IsError = true };

    /// <summary>
    /// Succeeded. <paramref name="customLatencyMs"/> has no effect in this overload, as in NBomber: name the type, <c>Ok&lt;object&gt;</c>,
    /// to set it.
    /// </summary>
    public static Response<object> Ok(string statusCode = "", long sizeBytes = 0L, string message = "", double customLatencyMs = 0.0)
    {
        _ = customLatencyMs;
        return Make<object>(false, null, statusCode, sizeBytes, message, 0);
    }

    /// <summary>Succeeded, without a value.</summary>
    public static Response<T> Ok<T>(string statusCode = "", long sizeBytes = 0L, string message = "", double customLatencyMs = 0.0) =>
        Make<T>(false, null, statusCode, sizeBytes, message, customLatencyMs);

    /// <summary>Succeeded with a value.</summary>
    public static Response<T> Ok<T>(T payload, string statusCode = "", long sizeBytes = 0L, string message = "",
        double customLatencyMs = 0.0) =>
        Make(false, new ResponsePayload<T>(payload), statusCode, sizeBytes, message, customLatencyMs);

    /// <summary>Failed.</summary>
    public static Response<object> Fail(string statusCode = "", string message = "", long sizeBytes = 0L, double customLatencyMs = 0.0) =>
        Make<object>(true, null, statusCode, sizeBytes, message, customLatencyMs);

    /// <summary>Failed, without a value.</summary>
    public static Response<T> Fail<T>(string statusCode = "", string message = "", long sizeBytes = 0L, double customLatencyMs = 0.0) =>
        Make<T>(true, null, statusCode, sizeBytes, message, customLatencyMs);

    /// <summary>Failed with a value.</summary>
    public static Response<T> Fail<T>(T payload, string statusCode = "", string message = "", long sizeBytes = 0L,
        double customLatencyMs = 0.0) =>
        Make(true, new ResponsePayload<T>(payload), statusCode, sizeBytes, message, customLatencyMs);

    private static Response<T> Make<T>(bool isError, ResponsePayload<T>? payload, string statusCode, long sizeBytes, string message,
        double customLatencyMs) =>
        new()
        {
            IsError = isError,
            Payload = payload!,
            StatusCode = statusCode ?? "",
            SizeBytes = sizeBytes,
            Message = message ?? "",
            CustomLatencyMs = customLatencyMs,
        };
}
