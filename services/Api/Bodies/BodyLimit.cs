using Microsoft.AspNetCore.Http.Metadata;

namespace OrionPlatform.Api;

/// <summary>Endpoint metadata: the largest body it takes, held by the server.</summary>
internal sealed class BodyLimit(long bytes) : IRequestSizeLimitMetadata
{
    public long? MaxRequestBodySize { get; } = bytes;
}
