using Microsoft.Extensions.Options;

namespace Orion.OpsPanel;

/// <summary>Checks the settings when the host starts; every message names its key.</summary>
internal sealed class OpsPanelOptionsCheck : IValidateOptions<OpsPanelOptions>
{
    public ValidateOptionsResult Validate(string? name, OpsPanelOptions options) =>
        OpsPanelOptions.Validate(options) is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;
}
