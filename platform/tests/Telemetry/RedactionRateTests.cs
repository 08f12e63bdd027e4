using Orion.Redaction;
using Xunit.Abstractions;

namespace Orion.Telemetry.Tests;

/// <summary>
/// How much redaction lets through, and how much it hides that is no secret, over corpora that know nothing of its rules.
/// </summary>
public sealed class RedactionRateTests(ITestOutputHelper output)
{
    private static readonly Sanitizer s_sanitizer = new(new SanitizeOptions(), []);

    [Fact]
    public void No_secret_is_left_in_any_carrier()
    {
        var cases = new SecretCorpus(20261129).Cases(60).ToList();
        var leaks = cases.Where(c => c.IsIn(Sanitizer.AsText(s_sanitizer.Value(c.Key, c.Value)))).ToList();

        foreach (var leak in leaks.GroupBy(l => l.Carrier))
        {
            var first = leak.First();
            output.WriteLine($"{leak.Key} ({leak.Count()}): {first.Secret} in {first.Key}={Sanitizer.AsText(first.Value)} => " +
                Sanitizer.AsText(s_sanitizer.Value(first.Key, first.Value)));
        }

        Assert.True(cases.Count >= 2_000 && cases.Select(c => c.Carrier).Distinct().Count() >= 40);
        Assert.Empty(leaks);
    }

    [Fact]
    public void What_is_no_secret_stays()
    {
        var cases = new BenignCorpus(20261129).Cases(300).ToList();
        var wrong = cases.Where(c => Sanitizer.AsText(s_sanitizer.Value(c.Key, c.Value)) != Sanitizer.AsText(c.Value)).ToList();

        foreach (var kind in wrong.GroupBy(l => l.Kind))
        {
            var first = kind.First();
            output.WriteLine($"{kind.Key} ({kind.Count()}): {first.Key}={Sanitizer.AsText(first.Value)} => " +
                Sanitizer.AsText(s_sanitizer.Value(first.Key, first.Value)));
        }

        Assert.True(cases.Count >= 20_000);
        Assert.True(wrong.Count < cases.Count / 1_000, $"{wrong.Count} of {cases.Count}");
    }
}
