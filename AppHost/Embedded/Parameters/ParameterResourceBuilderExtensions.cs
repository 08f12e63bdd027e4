using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Adds parameters and the connection strings that come from configuration.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>A parameter whose value is <c>Parameters:name</c> in configuration.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        Add(builder, new ParameterResource(name, FromConfiguration(builder, name), secret));

    /// <summary>A parameter with a given value.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(value);
        return builder.AddParameter(name, () => value, publishValueAsDefault, secret);
    }

    /// <summary>A parameter whose value a callback gives.</summary>
    /// <exception cref="ArgumentException">A secret cannot be published.</exception>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, Func<string> valueGetter, bool publishValueAsDefault = false, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(valueGetter);
        if (publishValueAsDefault && secret)
        {
            throw new ArgumentException("A parameter cannot be both secret and published as a default value.", nameof(secret));
        }

        return Add(builder, new ParameterResource(name, given => given?.GetDefaultValue() ?? valueGetter(), secret)
        {
            Default = publishValueAsDefault ? new ConstantParameterDefault(valueGetter) : null,
        });
    }

    /// <summary>A parameter whose value is <c>Parameters:name</c> in configuration, else the default.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The parameter's name.</param>
    /// <param name="value">The default.</param>
    /// <param name="secret">Whether the value must not be shown.</param>
    /// <param name="persist">Whether a default, once used, is kept in the user secrets for later runs.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Add(builder, new ParameterResource(name, FromConfiguration(builder, name), secret)
        {
            Default = persist ? new PersistedParameterDefault(name, value) : value,
        });
    }

    /// <summary>A parameter whose value is at another key in configuration.</summary>
    public static IResourceBuilder<ParameterResource> AddParameterFromConfiguration(this IDistributedApplicationBuilder builder, string name, string configurationKey, bool secret = false) =>
        Add(builder, new ParameterResource(name, FromConfiguration(builder, name, configurationKey), secret));

    /// <summary>Says what the parameter is for.</summary>
    public static IResourceBuilder<ParameterResource> WithDescription(this IResourceBuilder<ParameterResource> builder, string description, bool enableMarkdown = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Resource.Description = description;
        builder.Resource.EnableDescriptionMarkdown = enableMarkdown;
        return builder;
    }

    /// <summary>A connection string from <c>ConnectionStrings:name</c> of the AppHost's configuration.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The connection string's name.</param>
    /// <param name="environmentVariableName">Variable that receives it, instead of <c>ConnectionStrings__name</c>.</param>
    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(this IDistributedApplicationBuilder builder, string name, string? environmentVariableName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new ConnectionStringParameterResource(
            name,
            _ => builder.Configuration.GetConnectionString(name) ?? throw MissingParameterValueException.Of($"Connection string '{name}'", $"ConnectionStrings:{name}"),
            environmentVariableName));
    }

    private static IResourceBuilder<ParameterResource> Add(IDistributedApplicationBuilder builder, ParameterResource parameter) => builder.AddResource(parameter);

    private static Func<ParameterDefault?, string> FromConfiguration(IDistributedApplicationBuilder builder, string name, string? configurationKey = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var key = configurationKey ?? $"Parameters:{name}";
        return given => builder.Configuration[key]
            ?? (configurationKey is null ? builder.Configuration[key.Replace('-', '_')] : null)
            ?? given?.GetDefaultValue()
            ?? throw MissingParameterValueException.Of($"Parameter '{name}'", key, Description(builder, name));
    }

    private static string? Description(IDistributedApplicationBuilder builder, string name) =>
        builder.Resources.TryGetByName(name, out var resource) ? (resource as ParameterResource)?.Description : null;
}
