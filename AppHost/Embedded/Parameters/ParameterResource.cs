namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value the application needs from outside, such as a secret.</summary>
public class ParameterResource : Resource, IExpressionValue
{
    private readonly Lazy<string> _value;

    /// <summary>Describes a parameter.</summary>
    /// <param name="name">Its name; its value is looked up as <c>Parameters:name</c>.</param>
    /// <param name="callback">Gives the value, once, from the default if there is one.</param>
    /// <param name="secret">Whether the value must not be shown.</param>
    public ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false) : base(name)
    {
        _value = new Lazy<string>(() => callback(Default));
        Secret = secret;
    }

    /// <summary>Where the value comes from when configuration has none.</summary>
    public ParameterDefault? Default { get; set; }

    /// <summary>What the parameter is for; part of the error when it is missing.</summary>
    public string? Description { get; set; }

    /// <summary>Whether <see cref="Description"/> is Markdown.</summary>
    public bool EnableDescriptionMarkdown { get; set; }

    /// <summary>Whether the value must not be shown.</summary>
    public bool Secret { get; }

    /// <inheritdoc/>
    public string ValueExpression => $"{{{Name}.value}}";

    /// <inheritdoc/>
    /// <exception cref="MissingParameterValueException">There is no value.</exception>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => ValueTask.FromResult<string?>(_value.Value);
}
