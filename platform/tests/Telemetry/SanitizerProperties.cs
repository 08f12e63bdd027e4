using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Orion.Redaction;

namespace Orion.Telemetry.Tests;

public sealed class SanitizerProperties
{
    private static readonly Sanitizer s_sanitizer = new(new SanitizeOptions { MaxLength = 512 }, []);

    private static readonly Detectors s_rules = new(new SensitiveNames([]), []);

    /// <summary>Pieces that the rules look for, so that random texts are made of near misses and hits.</summary>
    private static readonly string[] s_pieces =
    [
        "@", "ann@example.com", ".", "eyJ", "eyJhbGciOiJIUzI1NiJ9", "Bearer ", "basic ", "dXNlcjpwYXNz", "-----BEGIN ", "-----END ",
        "PRIVATE KEY-----", "-----",
        "4111", "1111 ", "4111111111111111", "-", " ", "AKIA", "IOSFODNN7EXAMPLF", "ghp_", "ok_", "sk_live_", "://", "user:pass", "/",
        "password", "=", ":", "\"", "'",
        "token", "secret", "authorization", "Cookie: ", "pin=", "--", ">", "</", "<", "value", "Digest ", "%40", "%25", "\\u0040", "&#64;",
        "&quot;", "UGFzc3dvcmQ9aHVudGVyMg==", "70617373776f72643d68756e7465723221",
        "glpat-", "\u00a0", "1111.", "[REDACTED]", "[", "]", "DE", "89370400440532013000", "GB29 NWBK", " [cut]", "\\", "&", "é", "\ud83d",
        "\n", "x1Y2", "_", ",", ";",
    ];

    private static readonly Arbitrary<string> s_texts =
        Gen.OneOf(Gen.Elements(s_pieces), ArbMap.Default.GeneratorFor<string>().Select(s => s ?? ""))
        .ListOf().Select(pieces => string.Concat(pieces)).ToArbitrary();

    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(3000).WithEndSize(60);

    [Fact]
    public void Cleaning_twice_is_cleaning_once() =>
        Prop.ForAll(s_texts, text =>
        {
            var once = Clean(text);
            return Clean(once) == once;
        }).Check(s_config);

    [Fact]
    public void No_rule_ever_fails_and_no_text_grows_past_the_bound() =>
        Prop.ForAll(s_texts, text => Clean(text).Length <= 512).Check(s_config);

    [Theory]
    [InlineData("\\u0040pin=\n\u00a0\n")]
    public void Texts_at_which_a_rule_once_failed_are_cleaned(string text) => Assert.Equal(Clean(text), Clean(Clean(text)));

    [Fact]
    public void A_rule_of_the_applications_own_does_not_make_it_fail_or_grow() =>
        Prop.ForAll(s_texts, Gen.Elements<Detector>(t => t + "x", t => throw new FormatException(t), t => "", t => null!)
            .ToArbitrary(), (text, rule) =>
        {
            var sanitizer = new Sanitizer(new SanitizeOptions { MaxLength = 512 }, [rule]);
            var once = sanitizer.Text(text);
            return once.Length <= 512 && sanitizer.Text(once) == once;
        }).Check(s_config);

    [Fact]
    public void SQL_is_cleaned_once_whatever_it_is() =>
        Prop.ForAll(
            Gen.OneOf(Gen.Elements("'", "''", "$", "$$", "$a$", "SELECT ", "12345", "@p1", "x", "[REDACTED]", "\"", " "),
                ArbMap.Default.GeneratorFor<string>().Select(s => s ?? ""))
                .ListOf().Select(pieces => string.Concat(pieces)).ToArbitrary(),
            text => SqlText.Redact(text) is var once && SqlText.Redact(once) == once).Check(s_config);

    [Theory]
    [InlineData("canary.person@example.com")]
    [InlineData("4012888888881881")]
    [InlineData("AKIAIOSFODNN7EXAMPLE")]
    [InlineData("sk_live_4eC39HqLyjWDarjtT1zdp7dc")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N")]
    public void A_secret_between_blanks_never_survives(string secret) =>
        Prop.ForAll(s_texts, s_texts, (before, after) =>
            !Clean($"{before} {secret} {after}").Contains(secret, StringComparison.Ordinal)).Check(s_config);

    [Fact]
    public void The_quick_look_never_hides_what_a_rule_would_find() =>
        Prop.ForAll(s_texts, text => s_rules.Suspicious(text) || s_rules.All.All(d => d(text) == text)).Check(s_config);

    /// <summary>Cleans a text; no rule may fail at it, whichever property it is made for.</summary>
    private static string Clean(string text)
    {
        var failures = s_sanitizer.Failures;
        var clean = s_sanitizer.Text(text);
        Assert.True(s_sanitizer.Failures == failures, "A rule failed at " + JsonSerializer.Serialize(text));
        return clean;
    }
}
