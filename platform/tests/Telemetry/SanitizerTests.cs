using Microsoft.Extensions.DependencyInjection;
using Orion.Redaction;

namespace Orion.Telemetry.Tests;

public sealed class SanitizerTests
{
    private const string Jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";

    private static readonly Sanitizer s_sanitizer = new(new SanitizeOptions(), []);

    [Theory]
    [InlineData("mail ann.lee+x@example.co.uk now", "mail [REDACTED] now")]
    [InlineData("ann@example.com.", "[REDACTED].")]
    [InlineData("token is " + Jwt, "token is [REDACTED]")]
    [InlineData("Authorization: Bearer abcdef0123456789", "Authorization: Bearer [REDACTED]")]
    [InlineData("basic dXNlcjpwYXNz", "basic [REDACTED]")]
    [InlineData("It was Basic dXNlcjpwYXNzdw==.", "It was Basic [REDACTED]")]
    [InlineData("Basic dXNlcjpwYXNzdw and more", "Basic [REDACTED] and more")]
    [InlineData("/projects/Basic dXNlcjpwYXNz/list", "/projects/Basic [REDACTED]")]
    [InlineData("q=Bearer+abcdef0123456789&x=1", "q=Bearer+[REDACTED]&x=1")]
    [InlineData("/x/password%3Dhunter2", "/x/password=[REDACTED]")]
    [InlineData("/x/ann%2540example.com", "/x/[REDACTED]")]
    [InlineData("key AKIAIOSFODNN7EXAMPLE.", "key [REDACTED].")]
    [InlineData("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[REDACTED]")]
    [InlineData("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "[REDACTED]")]
    [InlineData("ok_9fJ2kLm3Nq8Rs7Tv", "[REDACTED]")]
    [InlineData("postgres://ann:p@ss@db:5432/x", "postgres://[REDACTED]@db:5432/x")]
    [InlineData("card 4111 1111 1111 1111 thanks", "card [REDACTED] thanks")]
    [InlineData("4111-1111-1111-1111", "[REDACTED]")]
    [InlineData("12345 4111111111111111", "12345 [REDACTED]")]
    [InlineData("378282246310005", "[REDACTED]")]
    [InlineData("pay DE89370400440532013000 please", "pay [REDACTED] please")]
    [InlineData("pay GB29 NWBK 6016 1331 9268 19.", "pay [REDACTED].")]
    [InlineData("/cb?access_token=abc&x=1", "/cb?access_token=[REDACTED]&x=1")]
    [InlineData("{\"password\":\"hunter 2\",\"a\":1}", "{\"password\":\"[REDACTED]\",\"a\":1}")]
    [InlineData("Server=x;Password=hunter2;Port=1", "Server=x;Password=[REDACTED];Port=1")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY----- tail", "[REDACTED] tail")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r", "[REDACTED]")]
    [InlineData("MIIEvQIBADAN\n-----END RSA PRIVATE KEY-----", "[REDACTED]")]
    public void Secrets_are_replaced_in_place(string text, string expected) => Assert.Equal(expected, s_sanitizer.Text(text));

    [Theory]
    [InlineData("4f3a411111111111111111aa2b3c4d5e")]
    [InlineData("95 % of a%20b%2Fc, 100%")]
    [InlineData("Basic authentication failed")]
    [InlineData("basic information.")]
    [InlineData("00-6920f0e14111111111111111aabbccdd-b7ad6b7169203331-01")]
    [InlineData("0198f3c2-7b1a-7c3e-9d4f-1a2b3c4d5e6f")]
    [InlineData("4111111111111112")]
    [InlineData("1763714400000000000")]
    [InlineData("2026-11-21T08:41:00.1234567Z")]
    [InlineData("GET /v1/projects/{projectId}/orders")]
    [InlineData("Bearer authentication failed")]
    [InlineData("basic understanding of Bearer schemes")]
    [InlineData("user authenticated by membership")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("git@main")]
    [InlineData("order 1234-5678-9012")]
    public void Ids_hashes_and_prose_stay_readable(string text) => Assert.Same(text, s_sanitizer.Text(text));

    [Theory]
    [InlineData("password")]
    [InlineData("PasswordHash")]
    [InlineData("db.password_hash")]
    [InlineData("access-token")]
    [InlineData("RefreshToken")]
    [InlineData("id_token")]
    [InlineData("sshPrivateKeyEnc")]
    [InlineData("ssh_private_key")]
    [InlineData("stripe_customer_id")]
    [InlineData("PAYMENT_REFERENCE")]
    [InlineData("user.email")]
    [InlineData("username")]
    [InlineData("access_secret_enc")]
    [InlineData("schedulerMetadata")]
    [InlineData("http.request.header.authorization")]
    [InlineData("ApiKey")]
    [InlineData("join_token")]
    public void Values_under_sensitive_names_are_replaced_whatever_their_type(string key)
    {
        Assert.Equal(Sanitizer.Redacted, s_sanitizer.Value(key, "x"));
        Assert.Equal(Sanitizer.Redacted, s_sanitizer.Value(key, 42L));
        Assert.Equal(Sanitizer.Redacted, s_sanitizer.Value(key, new[] { "a", "b" }));
    }

    [Theory]
    [InlineData("url.path")]
    [InlineData("authorization.cache")]
    [InlineData("idempotency_key_hash")]
    [InlineData("trace_id")]
    [InlineData("gen_ai.usage.total_tokens")]
    [InlineData("policy_key")]
    [InlineData("shipping_id")]
    [InlineData("keyboard")]
    public void Other_names_leave_their_values(string key) => Assert.Equal("plain", s_sanitizer.Value(key, "plain"));

    [Fact]
    public void Numbers_and_lists_are_looked_at_too()
    {
        Assert.Equal(Sanitizer.Redacted, s_sanitizer.Value("n", 4111111111111111L));
        Assert.Equal(1763714400000000000L, s_sanitizer.Value("n", 1763714400000000000L));
        Assert.Equal(new[] { "a", "[REDACTED]" }, s_sanitizer.Value("n", new[] { "a", "ann@example.com" }));
        Assert.Equal(true, s_sanitizer.Value("n", true));
    }

    [Fact]
    public void A_rule_that_fails_costs_the_value_not_the_caller()
    {
        var sanitizer = new Sanitizer(new SanitizeOptions(), [_ => throw new InvalidOperationException("broken rule")]);

        Assert.Equal(Sanitizer.Redacted, sanitizer.Text("ann@example.com"));
        Assert.Equal(1, sanitizer.Failures);
    }

    [Fact]
    public void Extra_names_come_from_the_options()
    {
        var options = new SanitizeOptions();
        options.ExtraKeys.Add("tax_id");

        Assert.Equal(Sanitizer.Redacted, new Sanitizer(options, []).Value("customer.TaxId", "DE1"));
    }

    [Fact]
    public async Task An_application_adds_rules_by_configuration_and_by_code()
    {
        await using var app = await TestApp.StartAsync(
            configure: b => b.Services.AddSingleton<IRedactionRule, TicketRule>(),
            settings: [("Orion:Sanitize:ExtraKeys:0", "tax_id"), ("Orion:Sanitize:ExtraPatterns:0", @"\bEMP-\d{4}\b")]);
        var sanitizer = app.Services.GetRequiredService<Sanitizer>();

        Assert.Equal("for [REDACTED] and [REDACTED], not EMP-12345", sanitizer.Text("for EMP-1234 and TICKET/9, not EMP-12345"));
        Assert.Equal(Sanitizer.Redacted, sanitizer.Value("taxId", "DE1"));
        Assert.Equal("abc", sanitizer.Text("abc"));
        Assert.Equal(0, sanitizer.Failures);

        // A rule that fails takes the whole value with it, and is counted.
        Assert.Equal(Sanitizer.Redacted, sanitizer.Text("boom"));
        Assert.Equal(1, sanitizer.Failures);
    }

    [Theory]
    [InlineData("(a")]
    [InlineData(@"(a)\1")]
    [InlineData("a*")]
    public async Task A_pattern_that_cannot_be_used_is_refused_at_start_by_its_key(string pattern)
    {
        var refused =
            await Assert.ThrowsAnyAsync<Exception>(() => TestApp.StartAsync(settings: [("Orion:Sanitize:ExtraPatterns:0", pattern)]));

        Assert.Contains("Orion:Sanitize:ExtraPatterns:0", refused.ToString(), StringComparison.Ordinal);
    }

    private sealed class TicketRule : IRedactionRule
    {
        public string Redact(string text) => text == "boom"
            ? throw new InvalidOperationException("broken rule")
            : text.Replace("TICKET/9", Sanitizer.Redacted, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_text_is_cut_after_redaction()
    {
        var sanitizer = new Sanitizer(new SanitizeOptions { MaxLength = 256 }, []);

        var text = sanitizer.Text(new string('x', 250) + " ann@example.com " + new string('y', 500));

        Assert.True(text.Length <= 256);
        Assert.DoesNotContain("ann@", text, StringComparison.Ordinal);
    }
}
