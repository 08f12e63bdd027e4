namespace NBomber.Contracts;

/// <summary>What a step or an iteration ended with.</summary>
public interface IResponse
{
    /// <summary>A status such as <c>200</c>, or any other short word of the system under test; empty when there is none.</summary>
    string StatusCode { get; }

    /// <summary>Whether it counts as failed.</summary>
    bool IsError { get; }

    /// <summary>Size of the answer in bytes; 0 when unknown.</summary>
    long SizeBytes { get; }

    /// <summary>A latency in milliseconds that replaces the measured one; 0 keeps the measured one.</summary>
    double CustomLatencyMs { get; }

    /// <summary>A sentence for people, above all for failures.</summary>
    string Message { get; }
}

/// <summary>A response that may carry a value on to the next step.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
public sealed record Response<T> : IResponse
{
    internal Response()
    {
    }

    /// <inheritdoc/>
    public string StatusCode { get; internal init; } = "";

    /// <inheritdoc/>
    public bool IsError { get; internal init; }

    /// <inheritdoc/>
    public long SizeBytes { get; internal init; }

    /// <inheritdoc/>
    public double CustomLatencyMs { get; internal init; }

    /// <inheritdoc/>
    public string Message { get; internal init; } = "";

    /// <summary>The value; null when the response carries none, as F#'s None is.</summary>
    public ResponsePayload<T> Payload { get; internal init; } = null!;
}

/// <summary>A value that is there. NBomber has an F# option here; <c>Payload.Value</c> reads the same in both.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
public sealed record ResponsePayload<T>
{
    internal ResponsePayload(T value) => Value = value;

    /// <summary>The value.</summary>
    public T Value { get; }
}
