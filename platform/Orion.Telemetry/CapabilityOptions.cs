using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Orion.Telemetry;

/// <summary>Binds an options class to its section and checks it when the host starts, with errors that name the key.</summary>
internal static class CapabilityOptions
{
    public static void AddCapability<T>(this IServiceCollection services, string section, Func<T, string?>? problem = null) where T : class
    {
        services.AddOptions<T>().BindConfiguration(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<T>>(new KeyedValidation<T>(section, problem));
    }

    private sealed class KeyedValidation<T>(string section, Func<T, string?>? problem) : IValidateOptions<T> where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options)
        {
            var results = new List<System.ComponentModel.DataAnnotations.ValidationResult>();
            var context = new System.ComponentModel.DataAnnotations.ValidationContext(options);
            System.ComponentModel.DataAnnotations.Validator.TryValidateObject(options, context, results, validateAllProperties: true);
            var where = string.IsNullOrEmpty(name) ? section : $"{section}:Clients:{name}";
            var errors = results.Select(r => $"{where}:{string.Join(',', r.MemberNames)}: {r.ErrorMessage}").ToList();
            if (problem?.Invoke(options) is { } further)
            {
                errors.Add(further);
            }

            return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
        }
    }
}
