namespace OrionPlatform.TraceGate.Tests;

/// <summary>A request the gate sent itself, and what came back.</summary>
/// <param name="Service">Which service it went to.</param>
/// <param name="Surface">The face of it that was asked: what it causes in turn bears the same correlation id elsewhere.</param>
/// <param name="Request">Method and path.</param>
/// <param name="CorrelationId">The id it was sent with.</param>
/// <param name="EchoedId">The id in the answer's header; null when there was none.</param>
/// <param name="Status">The answer's status.</param>
/// <param name="ErrorCode">The <c>error_code</c> of the answer, when it was a problem document.</param>
public sealed record SentRequest(string Service, string Surface, string Request, string CorrelationId, string? EchoedId, int Status,
    string? ErrorCode);

/// <summary>A message that some consumer must have processed.</summary>
/// <param name="Service">Whose consumer.</param>
/// <param name="EventType">The kind of message: <c>allocation.provision</c>.</param>
/// <param name="Subject">The entity it was about: <c>allocation/al_...</c>.</param>
/// <param name="Fails">Whether it was made to fail.</param>
public sealed record ExpectedMessage(string Service, string EventType, string Subject, bool Fails = false);
