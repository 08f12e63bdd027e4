using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Where a parameter's value comes from when configuration has none.</summary>
public abstract class ParameterDefault
{
    // Aspire's own subclasses write themselves to a publish manifest, which the embedded engine does not have.
    private protected ParameterDefault()
    {
    }

    /// <summary>The default value.</summary>
    public abstract string GetDefaultValue();
}

/// <summary>A random value from a cryptographic generator.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    private const string LowerSet = "abcdefghjkmnpqrstuvwxyz";
    private const string UpperSet = "ABCDEFGHJKMNPQRSTUVWXYZ";
    private const string NumericSet = "0123456789";
    private const string SpecialSet = "-_.{}~()*+!";

    /// <summary>Fewest characters; the default of 22 has at least 128 bits when three sets are on.</summary>
    public int MinLength { get; set; } = 22;

    /// <summary>Whether lower-case letters appear.</summary>
    public bool Lower { get; set; } = true;

    /// <summary>Whether upper-case letters appear.</summary>
    public bool Upper { get; set; } = true;

    /// <summary>Whether digits appear.</summary>
    public bool Numeric { get; set; } = true;

    /// <summary>Whether special characters appear.</summary>
    public bool Special { get; set; } = true;

    /// <summary>Fewest lower-case letters.</summary>
    public int MinLower { get; set; }

    /// <summary>Fewest upper-case letters.</summary>
    public int MinUpper { get; set; }

    /// <summary>Fewest digits.</summary>
    public int MinNumeric { get; set; }

    /// <summary>Fewest special characters.</summary>
    public int MinSpecial { get; set; }

    /// <inheritdoc/>
    /// <exception cref="DistributedApplicationException">No set is on, a minimum is negative, or a minimum is asked of a set that is off.</exception>
    public override string GetDefaultValue()
    {
        (string Name, string Set, bool On, int Min)[] sets =
            [("lower", LowerSet, Lower, MinLower), ("upper", UpperSet, Upper, MinUpper), ("numeric", NumericSet, Numeric, MinNumeric), ("special", SpecialSet, Special, MinSpecial)];
        if (Array.Find(sets, s => s.Min < 0 || (s.Min > 0 && !s.On)) is { Name: not null } wrong)
        {
            throw new DistributedApplicationException($"A generated parameter asks for {wrong.Min} {wrong.Name} characters; the minimum must be 0 or more, and the set must be on.");
        }

        var all = string.Concat(sets.Where(s => s.On).Select(s => s.Set));
        if (all.Length == 0)
        {
            throw new DistributedApplicationException("A generated parameter has no characters to choose from; switch on Lower, Upper, Numeric or Special.");
        }

        var demanded = sets.SelectMany(s => RandomNumberGenerator.GetItems<char>(s.Set, s.Min)).ToArray();
        char[] value = [.. demanded, .. RandomNumberGenerator.GetItems<char>(all, Math.Max(0, MinLength - demanded.Length))];
        RandomNumberGenerator.Shuffle(value.AsSpan());
        return new string(value);
    }
}

internal sealed class ConstantParameterDefault(Func<string> value) : ParameterDefault
{
    public override string GetDefaultValue() => value();
}

internal sealed class PersistedParameterDefault(string name, ParameterDefault inner) : ParameterDefault
{
    public override string GetDefaultValue() => UserSecrets.GetOrAdd($"Parameters:{name}", inner.GetDefaultValue);
}
