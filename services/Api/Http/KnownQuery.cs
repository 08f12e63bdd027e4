using System.Reflection;
using Microsoft.AspNetCore.Mvc;

namespace OrionPlatform.Api;

/// <summary>Refuses query parameters that an endpoint does not know, as unknown members of a body are: no typo is ignored.</summary>
internal static class KnownQuery
{
    private const int MaxName = 64;

    /// <summary>Known are the <c>[FromQuery]</c> names of the handler's <c>[AsParameters]</c> types; each may be given once.</summary>
    public static RouteHandlerBuilder RefuseUnknownQuery(this RouteHandlerBuilder endpoint) => endpoint.AddEndpointFilterFactory(Create);

    private static EndpointFilterDelegate Create(EndpointFilterFactoryContext factory, EndpointFilterDelegate next)
    {
        var known = factory.MethodInfo.GetParameters().Where(p => p.IsDefined(typeof(AsParametersAttribute)))
            .SelectMany(p => p.ParameterType.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            .Select(p => p.GetCustomAttribute<FromQueryAttribute>()?.Name).OfType<string>().ToArray();
        return context =>
        {
            foreach (var (name, values) in context.HttpContext.Request.Query)
            {
                if (!known.Contains(name, StringComparer.Ordinal))
                {
                    var cut = name.Length > MaxName ? name[..MaxName] : name;
                    throw ProblemException.Invalid(
                        $"The query parameter '{cut}' is not known here; known are {string.Join(", ", known)}.");
                }

                if (values.Count > 1)
                {
                    throw ProblemException.Invalid($"'{name}' is given more than once.");
                }
            }

            return next(context);
        };
    }
}
