using System.Text;
using Orion.Redaction;

namespace Orion.Telemetry.Tests;

/// <summary>
/// The forms in which secrets turn up in texts that nobody wrote as a secret: <c>S3cr3t</c> and <c>b0b@example.com</c> may stand in none of
/// them.
/// </summary>
public sealed class DisguiseTests
{
    private const string Basic = "Qm9iOlMzY3IzdA==";

    private static readonly Sanitizer s_sanitizer = new(new SanitizeOptions(), []);

    public static TheoryData<string, string> Texts => new()
    {
        // Headers, as exceptions and dumps of requests have them.
        { "request failed: Authorization: S3cr3t", "request failed: Authorization: [REDACTED]" },
        { "Authorization: Bearer S3cr3t for GET /x", "Authorization: Bearer [REDACTED] for GET /x" },
        { "Authorization: Digest username=\"bob\", response=\"S3cr3t\"", "Authorization: [REDACTED]" },
        { "Authorization: AWS4-HMAC-SHA256 Credential=S3cr3t/20261121, Signature=S3cr3t", "Authorization: [REDACTED]" },
        { "authorization=Token%20S3cr3t", "authorization=Token [REDACTED]" },
        { "Proxy-Authorization: Negotiate S3cr3t==", "Proxy-Authorization: Negotiate [REDACTED]" },
        { "Cookie: sid=S3cr3t; theme=S3cr3t\r\nHost: x", "Cookie: [REDACTED]\r\nHost: x" },
        { "Set-Cookie: sid=S3cr3t; Path=/; HttpOnly", "Set-Cookie: [REDACTED]" },
        { "{\"Set-Cookie\":[\"sid=S3cr3t; Path=/\"]}", "{\"Set-Cookie\":\"[REDACTED]\"}" },
        { "X-Api-Key: S3cr3t", "X-Api-Key: [REDACTED]" },
        { "[Authorization, S3cr3t], [Host, x]", "[Authorization, [REDACTED]], [Host, x]" },

        // key=value in its many forms.
        { "password => S3cr3t", "password => [REDACTED]" },
        { "token: Bearer S3cr3tS3cr3t", "token: Bearer [REDACTED]" },
        { "password=Basic S3cr3t, b=1", "password=Basic [REDACTED], b=1" },
        { "password->S3cr3t", "password->[REDACTED]" },
        { "password:\tS3cr3t", "password:\t[REDACTED]" },
        { "password[]=S3cr3t", "password[]=[REDACTED]" },
        { "Login { User = bob, Password = S3cr3t }", "Login { User = bob, Password = [REDACTED] }" },
        { "[user, bob], [password, S3cr3t]", "[user, bob], [password, [REDACTED]]" },
        { "tool --db-password S3cr3t --verbose", "tool --db-password [REDACTED] --verbose" },
        { "tool --token=S3cr3t", "tool --token=[REDACTED]" },
        { "<password>S3cr3t</password>", "<password>[REDACTED]</password>" },
        { "<add key=\"Password\" value=\"S3cr3t\"/>", "<add key=\"Password\" value=\"[REDACTED]\"/>" },
        { "{\"name\":\"password\",\"value\":\"S3cr3t\"}", "{\"name\":\"password\",\"value\":\"[REDACTED]\"}" },
        { "cvv=123&pin=4567&shipping=fast", "cvv=[REDACTED]&pin=[REDACTED]&shipping=fast" },
        { "card_pin: 4567", "card_pin: [REDACTED]" },
        { "passphrase: S3cr3t horse S3cr3t", "passphrase: [REDACTED]" },

        // Connection strings and signed addresses.
        { "Server=db;Password=my S3cr3t word;Port=1", "Server=db;Password=[REDACTED];Port=1" },
        { "Server=db; Pwd=my S3cr3t", "Server=db; Pwd=[REDACTED]" },
        { "AccountName=a;AccountKey=S3cr3t+x/y==;EndpointSuffix=core", "AccountName=a;AccountKey=[REDACTED];EndpointSuffix=core" },
        { "Endpoint=sb://x/;SharedAccessKey=S3cr3t", "Endpoint=sb://x/;SharedAccessKey=[REDACTED]" },
        { "https://x.blob/y?sv=1&sig=S3cr3t%3D", "https://x.blob/y?sv=1&sig=[REDACTED]" },
        { "redis://:S3cr3t@cache:6379/0", "redis://[REDACTED]@cache:6379/0" },

        // JSON, and JSON inside of JSON.
        { "{\"password\":\"a\\\"S3cr3t\",\"b\":1}", "{\"password\":\"[REDACTED]\",\"b\":1}" },
        { "\"{\\\"password\\\":\\\"S3cr3t\\\",\\\"b\\\":1}\"", "\"{\\\"password\\\":\\\"[REDACTED]\\\",\\\"b\\\":1}\"" },
        { "{\"p\\u0061ssword\":\"S3cr3t\"}", "{\"password\":\"[REDACTED]\"}" },
        { "Bearer abcdef0123456789\\u002BS3cr3t", "Bearer [REDACTED]" },
        { "b0b\\u002Bx@example.com", "[REDACTED]" },

        // Encodings.
        { "b0b&#64;example.com", "[REDACTED]" },
        { "password=&quot;S3cr3t&quot;", "password=\"[REDACTED]\"" },
        { "b0b%2540example.com", "[REDACTED]" },
        { "B0B%40EXAMPLE.COM", "[REDACTED]" },
        { "4111.1111.1111.1111", "[REDACTED]" },
        { "4111\u00a01111\u00a01111\u00a01111", "[REDACTED]" },

        // Further tokens.
        { "glpat-S3cr3tS3cr3tS3cr3t", "[REDACTED]" },
        { "sk-proj-S3cr3tS3cr3tS3cr3t", "[REDACTED]" },
        { "npm_S3cr3tS3cr3tS3cr3tS3cr3tS3cr3tS3cr3t", "[REDACTED]" },
        { "xapp-1-S3cr3t-S3cr3t", "[REDACTED]" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_secret_in_disguise_is_redacted_and_nothing_else(string text, string expected) =>
        Assert.Equal(expected, s_sanitizer.Text(text));

    [Theory]
    [InlineData("Basic " + Basic)]
    [InlineData("{\"user\":\"bob\",\"password\":\"S3cr3t\"}")]
    [InlineData("mail b0b@example.com about it")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nS3cr3t")]
    [InlineData("paid with 4111111111111111.")]
    public void Nor_does_base64_or_hex_of_it_pass_once_or_twice(string secret)
    {
        var once = Convert.ToBase64String(Encoding.UTF8.GetBytes(secret));
        var twice = Convert.ToBase64String(Encoding.UTF8.GetBytes(once));
        var hex = Convert.ToHexString(Encoding.UTF8.GetBytes(secret));

        Assert.All((string[])[once, once.TrimEnd('='), twice, hex, hex.ToLowerInvariant()], text =>
            Assert.Equal("payload [REDACTED] end", s_sanitizer.Text($"payload {text} end")));
    }

    [Fact]
    public void A_dictionary_is_judged_by_its_names()
    {
        Assert.Equal("{\"user\":\"bob\",\"password\":\"[REDACTED]\"}",
            s_sanitizer.Value("form", new Dictionary<string, string> { ["user"] = "bob", ["password"] = "S3cr3t" }));
        Assert.Equal("{\"user\":\"bob\",\"token\":\"[REDACTED]\"}",
            s_sanitizer.Value("form", (KeyValuePair<string, object?>[])[new("user", "bob"), new("token", "S3cr3t")]));
    }

    [Fact]
    public void A_number_is_a_card_in_any_of_its_types()
    {
        Assert.All(
            (object[])[4111111111111111L, 4111111111111111UL, 4111111111111111d, 4111111111111111m, (long[])[1, 4111111111111111],
                (double[])[1, 4111111111111111d]],
            number => Assert.Equal(Sanitizer.Redacted, s_sanitizer.Value("n", number)));
        Assert.All((object[])[1763714400000d, 0.5, 4.111111111111111e300, double.NaN], number =>
            Assert.Equal(number, s_sanitizer.Value("n", number)));
    }

    [Theory]
    [InlineData("SELECT id FROM users WHERE name = 'bob' AND ssn = 78051120 LIMIT 10",
        "SELECT id FROM users WHERE name = '[REDACTED]' AND ssn = [REDACTED] LIMIT 10")]
    [InlineData("INSERT INTO users VALUES (@p0, $1, 'it''s S3cr3t', '')", "INSERT INTO users VALUES (@p0, $1, '[REDACTED]', '')")]
    [InlineData("DO $body$ S3cr3t $body$ END", "DO $body$[REDACTED]$body$ END")]
    [InlineData("UPDATE t2024 SET x = 'S3cr3t", "UPDATE t2024 SET x = '[REDACTED]")]
    [InlineData("SELECT \"a\" FROM t WHERE id = @p1", "SELECT \"a\" FROM t WHERE id = @p1")]
    public void SQL_loses_its_literals(string sql, string expected)
    {
        Assert.Equal(expected, s_sanitizer.Value("db.query.text", sql));
        Assert.Equal(expected, s_sanitizer.Value("db.query.text", expected));
    }

    [Theory]
    [InlineData("   at Api.Auth.TokenStore.<GetTokenAsync>d__3.MoveNext() in /src/TokenStore.cs:line 42")]
    [InlineData("   at Api.Auth.ValidateToken(String token, Int32 attempts) in /src/Token.cs:line 7")]
    [InlineData("System.Collections.Generic.Dictionary`2[Token,String]")]
    [InlineData("OrionPlatformServiceDefaultsTestsSanitizerPropertiesAbcdefgh")]
    [InlineData("C:\\users\\update")]
    [InlineData("a&b&c=d&amp;e")]
    [InlineData("shipping=1&mapping:2, design=x, bypass=1")]
    [InlineData("if (tokens > 5) return;")]
    [InlineData("10.20.30.40 1763714400.123456 2026.11.21")]
    [InlineData("Qx7TqVYtq4hQyR2bq0cW1nPzM0oU3n5J")]
    [InlineData("the cookie was fresh and the password was changed")]
    [InlineData("npm_config_registry_of_the_whole_team_is_this")]
    public void What_only_looks_like_one_stays(string text) => Assert.Same(text, s_sanitizer.Text(text));
}
