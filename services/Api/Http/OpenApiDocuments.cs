using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Orion.Telemetry.Correlation;
using Scalar.AspNetCore;

namespace OrionPlatform.Api;

/// <summary>Endpoint metadata: refusals that it has beside those that every endpoint has.</summary>
internal sealed record RefusalsMetadata(IReadOnlyList<CatalogueError> Errors);

/// <summary>
/// The OpenAPI documents, one a surface: every body, error and header, from the endpoints' own types and metadata. In Development they are
/// at <c>/openapi/NAME.json</c>, to be read and tried at <c>/scalar</c>.
/// </summary>
internal static class OpenApiDocuments
{
    private const string Problem = "Problem";
    private const string Bearer = "bearer";

    private static readonly CatalogueError[] s_always =
    [
        ErrorCatalogue.InvalidField, ErrorCatalogue.Unauthenticated, ErrorCatalogue.Forbidden, ErrorCatalogue.TooManyRequests,
        ErrorCatalogue.Internal, ErrorCatalogue.StoreBusy, ErrorCatalogue.StoreFailed,
        ErrorCatalogue.StoreOutcomeUnknown,
    ];

    private static readonly CatalogueError[] s_ofBodies =
    [
        ErrorCatalogue.InvalidJson, ErrorCatalogue.UnknownMember, ErrorCatalogue.MissingMember, ErrorCatalogue.RequestTimeout,
        ErrorCatalogue.BodyTooLarge, ErrorCatalogue.UnsupportedMediaType,
    ];

    private static readonly CatalogueError[] s_ofKeys =
        [ErrorCatalogue.IdempotencyKeyRequired, ErrorCatalogue.IdempotencyKeyInvalid, ErrorCatalogue.IdempotencyKeyReused];

    /// <summary>Says with which errors of its own an endpoint, or each of a group, refuses.</summary>
    public static TBuilder Refuses<TBuilder>(this TBuilder endpoint, params CatalogueError[] errors)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RefusalsMetadata(errors));

    internal static void AddOpenApiDocuments(this WebApplicationBuilder builder) =>
        builder.AddOpenApiDocument("v1", "v1/", "The public API", "An API key, ok_...: it decides on the tenant.");

    internal static void MapOpenApiDocuments(this WebApplication app)
    {
        if (app.Environment.IsDevelopment())
        {
            app.MapOpenApi().AllowAnonymous();
            app.MapScalarApiReference().AllowAnonymous();
        }
    }

    /// <summary>A document of the endpoints below a path.</summary>
    internal static void AddOpenApiDocument(
        this WebApplicationBuilder builder, string name, string path, string title, string credential) =>
        builder.Services.AddOpenApi(name, o =>
        {
            o.ShouldInclude = d => d.RelativePath?.StartsWith(path, StringComparison.Ordinal) == true;
            o.AddDocumentTransformer((document, _, _) =>
            {
                document.Info.Title = title;
                document.Components ??= new OpenApiComponents();
                document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
                document.Components.SecuritySchemes[Bearer] =
                    new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = Bearer, Description = credential };
                document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
                document.Components.Schemas[Problem] = ProblemSchema();
                return Task.CompletedTask;
            });
            o.AddOperationTransformer(DescribeAsync);
            o.AddSchemaTransformer(DescribeAsync);
        });

    private static Task DescribeAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<IAuthorizeData>().Any())
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
        }

        var takesKey = metadata.OfType<IdempotentMetadata>().Any();
        operation.Parameters ??= [];
        operation.Parameters.Add(HeaderParameter(CorrelationId.Header, required: false,
            "Joins this request to others of the caller's: 1 to 128 letters, digits, '.', '_' or '-'. Made up when it is not sent."));
        if (takesKey)
        {
            operation.Parameters.Add(HeaderParameter(Idempotency.Header, required: true,
                "1 to 255 printable characters without a space. The same key within 24 h gets the first answer again and does nothing."));
        }

        operation.Responses ??= [];
        foreach (var answer in operation.Responses.Values.OfType<OpenApiResponse>())
        {
            Describe(answer, CorrelationId.Header, "The correlation id of the request.");
            if (takesKey)
            {
                Describe(answer, Idempotency.Replayed, "true: this answer was given before.");
            }
        }

        var errors = s_always.Concat(operation.RequestBody is null ? [] : s_ofBodies).Concat(takesKey ? s_ofKeys : [])
            .Concat(metadata.OfType<RefusalsMetadata>().SelectMany(r => r.Errors)).Distinct();
        foreach (var status in errors.GroupBy(e => e.Status))
        {
            operation.Responses[status.Key.ToString(CultureInfo.InvariantCulture)] = Refusal([.. status], context.Document!);
        }

        return Task.CompletedTask;
    }

    // What the framework does not read from validation attributes.
    private static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var parameter = context.ParameterDescription?.ParameterDescriptor as IParameterInfoParameterDescriptor;
        var attributes = context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(inherit: true)
            ?? parameter?.ParameterInfo.GetCustomAttributes(inherit: true) ?? [];
        foreach (var attribute in attributes)
        {
            if (attribute is AllowedValuesAttribute allowed)
            {
                schema.Enum = [.. allowed.Values.OfType<string>().Select(v => (JsonNode)v)];
            }
            else if (attribute is EachMatchesAttribute each && schema.Items is OpenApiSchema items)
            {
                items.Pattern = each.Pattern;
            }
        }

        return Task.CompletedTask;
    }

    private static OpenApiResponse Refusal(IReadOnlyList<CatalogueError> errors, OpenApiDocument document)
    {
        var answer = new OpenApiResponse
        {
            Description = string.Join(" ", errors.Select(e => $"`{e.Code}`: {e.Title}")),
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(Problem, document) },
            },
        };
        Describe(answer, CorrelationId.Header, "The correlation id of the request.");
        if (errors.Any(e => e.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable))
        {
            Describe(answer, "Retry-After", "Seconds after which another try may succeed.");
        }

        return answer;
    }

    private static void Describe(OpenApiResponse answer, string header, string description)
    {
        answer.Headers ??= new Dictionary<string, IOpenApiHeader>();
        answer.Headers[header] =
            new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
    }

    private static OpenApiParameter HeaderParameter(string name, bool required, string description) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Required = required,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static OpenApiSchema ProblemSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "A refusal (RFC 9457).",
        Required = new HashSet<string> { "type", "title", "status", "error_code", "trace_id" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("urn:orion:error:ERROR_CODE"),
            ["title"] = Text("One clear sentence, the same every time."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
            ["detail"] = Text("What was wrong this time."),
            ["error_code"] = Text("The stable code to decide by."),
            ["trace_id"] = Text("By this the operators find the request."),
        },
    };

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };
}
