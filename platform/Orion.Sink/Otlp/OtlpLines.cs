using System.Diagnostics;
using Orion.Sink.Rows;

namespace Orion.Sink.Otlp;

/// <summary>
/// The canonical lines of services that know nothing of them, by OpenTelemetry's semantic conventions: what a process was asked to do
/// (SERVER) is a request, what it was handed (CONSUMER) a job, and so is a message that nothing else led to (a root PRODUCER); any other
/// root is an operation. The rest are inner spans.
/// </summary>
internal static class OtlpLines
{
    // Bits of a span's flags: whether it is known where its parent is, and whether that is another process.
    private const uint ParentIsKnown = 0x100;
    private const uint ParentIsRemote = 0x200;

    /// <summary>
    /// The kind of line a span is by what it is; null for an inner span. A sender that may say so itself would have, of a root that is no
    /// request and nothing handed to it.
    /// </summary>
    public static string? KindOf(OtlpSpan span, bool hasParent, bool saysItself) => (ActivityKind)(span.Kind - 1) switch
    {
        _ when hasParent && (span.Flags & (ParentIsKnown | ParentIsRemote)) == ParentIsKnown => null,
        ActivityKind.Server => CanonicalLine.Request,
        ActivityKind.Consumer => CanonicalLine.Job,
        _ when hasParent || saysItself => null,
        ActivityKind.Producer => CanonicalLine.Job,
        _ => CanonicalLine.Operation,
    };

    /// <summary>The surface of a line that names none.</summary>
    public static string SurfaceOf(string kind) => kind == CanonicalLine.Request ? "other" : CanonicalLine.Job;

    /// <summary>Fills a line's columns from its attributes, which stay where they are.</summary>
    public static void Fill(CanonicalLine line, OtlpSpan span)
    {
        var attributes = span.Attributes;
        if (line.LineKind != CanonicalLine.Request)
        {
            line.Route = span.Name;
        }
        else if (Method(attributes) is { } method)
        {
            (line.Method, line.StatusCode) = (method, StatusCode(attributes));
            line.Route = attributes.Text("http.route") ?? RouteIn(span.Name, method);
        }
        else
        {
            line.Route = Call(attributes) ?? span.Name;
        }

        line.ErrorType = attributes.Text("error.type") ?? Thrown(span);
        line.User = attributes.Text("user.id") ?? attributes.Text("enduser.id");
        line.CorrelationId = attributes.Text("correlation_id") ?? line.TraceId.ToHexString();
        if (span.StatusCode == 0 && line.StatusCode >= 500)
        {
            // Not every instrumentation says so twice.
            line.Status = SpanStatus.Error;
        }

        line.Outcome = line.Status == SpanStatus.Error ? line.ErrorType == "timeout" ? "timeout" : "error"
            : line.StatusCode is >= 400 and < 500 || IsCallersFault(attributes) ? "client_error" : "ok";
    }

    private static string? Method(OtlpAttributes attributes) =>
        attributes.Text("http.request.method") ?? attributes.Text("http.method");

    private static int? StatusCode(OtlpAttributes attributes) =>
        (attributes.Number("http.response.status_code") ?? attributes.Number("http.status_code")) is { } status and >= 0 and < 1000
            ? (int)status
            : null;

    /// <summary>
    /// A server's span is named <c>GET /orders/{id}</c> where the route is known. A path itself is no route: it would make a series of
    /// every address.
    /// </summary>
    private static string? RouteIn(string name, string method) =>
        name.Length > method.Length + 1 && name.StartsWith(method, StringComparison.Ordinal) && name[method.Length] == ' '
            && name[method.Length + 1] == '/'
            ? name[(method.Length + 1)..] : null;

    /// <summary>A remote procedure call's method, with its service where the two are told apart.</summary>
    private static string? Call(OtlpAttributes attributes) => attributes.Text("rpc.method") is not { } method ? null
        : attributes.Text("rpc.service") is { Length: > 0 } service && !method.Contains('/') ? $"{service}/{method}" : method;

    // Of gRPC's codes those by which a server says that the caller asked for something wrong.
    private static bool IsCallersFault(OtlpAttributes attributes) =>
        attributes.Number("rpc.grpc.status_code") is 1 or 3 or 5 or 6 or 7 or 9 or 11 or 16
        || attributes.Text("rpc.response.status_code") is "CANCELLED" or "INVALID_ARGUMENT" or "NOT_FOUND" or "ALREADY_EXISTS"
            or "PERMISSION_DENIED" or "FAILED_PRECONDITION" or "OUT_OF_RANGE" or "UNAUTHENTICATED";

    private static string? Thrown(OtlpSpan span)
    {
        foreach (var happened in span.Events)
        {
            if (happened.Name == "exception" && span.StatusCode == 2)
            {
                return happened.Attributes.Text("exception.type");
            }
        }

        return null;
    }
}
