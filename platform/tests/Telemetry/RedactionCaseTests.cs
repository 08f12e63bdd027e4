using Orion.Redaction;
using Orion.Sink.Rows;

namespace Orion.Telemetry.Tests;

/// <summary>What trials found: each input stands for its kind. <c>S3cr3t</c> may be left of none.</summary>
public sealed class RedactionCaseTests
{
    private static readonly Sanitizer s_sanitizer = new(new SanitizeOptions(), []);

    [Theory]
    [InlineData("{\"secret\":{\"plaintext\":\"S3cr3t\"}}", "{\"secret\":\"[REDACTED]\"}")]
    [InlineData("{\"passwords\":[\"a\",\"S3cr3t\"]}", "{\"passwords\":\"[REDACTED]\"}")]
    [InlineData("db:\n  password: |\n    a\n    S3cr3t\n  port: 1", "db:\n  password: |\n    [REDACTED]\n  port: 1")]
    [InlineData("password: >\n  S3cr3t\nport: 1", "password: >\n  [REDACTED]\nport: 1")]
    [InlineData("tokens:\n- a\n- S3cr3t\nport: 1", "tokens:\n[REDACTED]\nport: 1")]
    [InlineData("Driver=x;PWD={a;S3cr3t};Port=1", "Driver=x;PWD=[REDACTED];Port=1")]
    [InlineData("PWD={a;S3cr3t};", "PWD=[REDACTED];")]
    [InlineData("PWD={a}};S3cr3t};x=1", "PWD=[REDACTED];x=1")]
    [InlineData("jdbc:sqlserver://h;user=sa;password={a;S3cr3t};encrypt=true",
        "jdbc:sqlserver://h;user=sa;password=[REDACTED];encrypt=true")]
    [InlineData("Server=x;Password=\"a\"\"S3cr3t\";Port=1", "Server=x;Password=\"[REDACTED]\";Port=1")]
    [InlineData("Server=x;Password='a''S3cr3t';Port=1", "Server=x;Password='[REDACTED]';Port=1")]
    [InlineData("postgres://bob:a/S3cr3t@db:5432/x", "postgres://[REDACTED]@db:5432/x")]
    [InlineData("amqp://bob:a#S3cr3t@mq/x", "amqp://[REDACTED]@mq/x")]
    [InlineData("https://bob:a?S3cr3t@h.example/x", "https://[REDACTED]@h.example/x")]
    [InlineData("https://bob:a@S3cr3t:w/S3cr3t@h.example/x", "https://[REDACTED]@h.example/x")]
    [InlineData("password: a b\n  S3cr3t\nport: 1", "password: [REDACTED]\nport: 1")]
    [InlineData("<add value=\"S3cr3t\" key=\"Password\"/>", "<add value=\"[REDACTED]\" key=\"Password\"/>")]
    [InlineData("{\"pin\":1234}", "{\"pin\":\"[REDACTED]\"}")]
    [InlineData("body {\"pin\":1234, and the rest was cut", "body {\"pin\":\"[REDACTED]\", and the rest was cut")]
    [InlineData("Password = ab,S3cr3t", "Password = [REDACTED]")]
    [InlineData("password=a&bS3cr3t", "password=[REDACTED]")]
    [InlineData("password:\nS3cr3t", "password:\n[REDACTED]")]
    [InlineData("curl -u admin:S3cr3t https://x.example/", "curl -u admin:[REDACTED] https://x.example/")]
    [InlineData("curl --user=admin:S3cr3t x", "curl --user=admin:[REDACTED] x")]
    [InlineData("mysql -pS3cr3t -h db", "mysql -p[REDACTED] -h db")]
    [InlineData("config=\"{\\\"pass\\\": \\\"S3cr3t\\\"}\"", "config=\"{\\\"pass\\\": \\\"[REDACTED]\\\"}\"")]
    [InlineData("{\"a\":\"{\\\"b\\\":\\\"{\\\\\\\"password\\\\\\\":\\\\\\\"\\\\\\\\u003CS3cr3t\\\\\\\"}\\\"}\"}",
        "{\"a\":\"{\\\"b\\\":\\\"{\\\\\\\"password\\\\\\\":\\\\\\\"[REDACTED]\\\\\\\"}\\\"}\"}")]
    [InlineData("https:\\/\\/hooks.slack.com\\/services\\/T0AAAAAAA\\/B0AAAAAAA\\/S3cr3tS3cr3tS3cr3tS3cr",
        "https://hooks.slack.com/services/[REDACTED]")]
    public void A_value_is_hidden_to_its_end(string text, string expected) => Assert.Equal(expected, s_sanitizer.Text(text));

    [Theory]
    [InlineData("/x?q=password%3Da%2CS3cr3t%3Db", "/x?q=password=[REDACTED]")]
    [InlineData("/x?q=password%253Da%252CS3cr3t%253Db&lang=en", "/x?q=password=[REDACTED]&lang=en")]
    [InlineData("/login?next=%2Fx%3Ftoken%3Da%2526S3cr3t", "/login?next=/x?token=[REDACTED]")]
    [InlineData("Server=x;Password=a%3bS3cr3t;Encrypt=True", "Server=x;Password=[REDACTED];Encrypt=True")]
    [InlineData("<add key=\"Password\" value=\"a%22S3cr3t\"/>", "<add key=\"Password\" value=\"[REDACTED]\"/>")]
    [InlineData("<db password=\"a&quot;S3cr3t\"/>", "<db password=\"[REDACTED]\"/>")]
    [InlineData("<db password=\"a&#x22;S3cr3t\"/>", "<db password=\"[REDACTED]\"/>")]
    [InlineData("{\"password\":\"a\\u0022,S3cr3t\",\"x", "{\"password\":\"[REDACTED]\",\"x")]
    [InlineData("tool --db-password a%26S3cr3t%3Db --verbose", "tool --db-password [REDACTED] --verbose")]
    [InlineData("postgres://bob:a%2F%23S3cr3t@db/x", "postgres://[REDACTED]@db/x")]
    public void An_escaped_sign_ends_no_value(string text, string expected) => Assert.Equal(expected, s_sanitizer.Text(text));

    [Theory]
    [InlineData("/x?next=%2Fitems%3Fpage%3D2%26max_tokens%3D5%26sort%3Dname")]
    [InlineData("/x?next=/items?max_tokens=5%26sort=name")]
    [InlineData("<a href=\"/items?max_tokens=5&amp;sort=name\"/>")]
    [InlineData("{\"note\":\"a \\u0022quoted\\u0022 word\",\"x")]
    [InlineData("3529757d-ad90-4bf1-a574-5fa0f3475d22")]
    [InlineData("52758615-7030-4370-a17d-df63e604379b")]
    [InlineData("W/\"ba75a2197790312d4802\"")]
    public void What_only_looks_like_one_is_kept_as_it_is(string text) => Assert.Same(text, s_sanitizer.Text(text));

    [Theory]
    [InlineData("pass")]
    [InlineData("access_key")]
    [InlineData("AccountKey")]
    [InlineData("signing_key")]
    [InlineData("sig")]
    [InlineData("x-amz-signature")]
    [InlineData("token_value")]
    [InlineData("cookies")]
    [InlineData("authorization_header")]
    [InlineData("account_key")]
    [InlineData("passcode")]
    [InlineData("session_id")]
    [InlineData("jwt")]
    [InlineData("auth")]
    [InlineData("encryption_key")]
    [InlineData("security_code")]
    [InlineData("otp_code")]
    [InlineData("csrf")]
    [InlineData("shared_access_signature")]
    [InlineData("SharedAccessSignature")]
    [InlineData("dbpassword")]
    [InlineData("AUTHTOKEN")]
    [InlineData("http.request.header.x-api-key")]
    [InlineData("ocp-apim-subscription-key")]
    [InlineData("password2")]
    [InlineData("resetPasswordToken")]
    [InlineData("licensekey")]
    [InlineData("totp_seed")]
    [InlineData("wifi_psk")]
    [InlineData("SAMLResponse")]
    public void One_list_of_names_counts_everywhere(string name)
    {
        Assert.Equal(Sanitizer.Redacted, s_sanitizer.Value(name, "S3cr3t"));
        string[] texts =
        [
            $"{name}=S3cr3t", $"{name}: S3cr3t", $"/x?a=1&{name}=S3cr3t&b=2", $"{{\"{name}\":\"S3cr3t\"}}", $"{{'{name}': 'S3cr3t'}}",
            $"a: 1\n{name}: S3cr3t\nb: 2", $"<{name}>S3cr3t</{name}>",
            $"<x {name}=\"S3cr3t\"/>", $"tool --{name} S3cr3t", $"tool --{name}=S3cr3t -v", $"[{name}, S3cr3t]", $"x;{name}=S3cr3t;y=1",
            $"> {name}: S3cr3t",
        ];
        Assert.All(texts, text => Assert.DoesNotContain("S3cr3t", s_sanitizer.Text(text), StringComparison.Ordinal));
        var nested = new Dictionary<string, object?> { ["a"] = new object?[] { new Dictionary<string, object?> { [name] = "S3cr3t" } } };
        Assert.DoesNotContain("S3cr3t", Sanitizer.AsText(s_sanitizer.Value("m", nested)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lodash@4.17.21")]
    [InlineData("prompt_tokens=1200")]
    [InlineData("max_tokens: 4096")]
    [InlineData("CancellationToken: none")]
    [InlineData("tests pass=12")]
    [InlineData("password_changed_at=2026-11-29")]
    [InlineData("cookie_consent=true")]
    [InlineData("secretary: Jane")]
    [InlineData("ports 5190 5191 5192 5193")]
    [InlineData("SG.Commerce.Orders.Handlers.V2")]
    [InlineData("4006381333931")]
    [InlineData("tokenizer: bpe, tokenized=true")]
    [InlineData("Unexpected token: }")]
    [InlineData("next_page_token=b2Zmc2V0OjEw")]
    [InlineData("docker run -p 8080:80 -u 1000:1000 x")]
    [InlineData("https://host.example:8443/@jane/posts")]
    public void What_has_a_like_name_only_stays(string text) => Assert.Same(text, s_sanitizer.Text(text));

    [Fact]
    public void Numbers_truths_and_pages_stay_under_names_that_have_secrets_in_them()
    {
        KeyValuePair<string, object>[] kept =
        [
            new("email.sent", true), new("password.reset.count", 5L), new("secrets.scanned", 7L), new("page_token", "b2Zmc2V0OjEw"),
            new("prompt_tokens", 12L), new("tokens", 12L), new("pass", 12L),
            new("has_password", true), new("password_policy_id", "strict-9"), new("cookie_consent", "all"), new("token_type", "Bearer"),
            new("secretary", "Jane"), new("auth", false),
        ];
        Assert.All(kept, k => Assert.Same(k.Value, s_sanitizer.Value(k.Key, k.Value)));
        Assert.Equal(Sanitizer.Redacted, s_sanitizer.Value("tokens", (string[])["S3cr3t"]));
    }

    [Fact]
    public void Arguments_are_judged_together()
    {
        Assert.Equal((object?[])["tool", "--password", Sanitizer.Redacted, "-v"],
            (IEnumerable<object?>)s_sanitizer.Value("process.command_args", new object?[] { "tool", "--password", "S3cr3t", "-v" })!);
        Assert.Equal(["mysql", "-p[REDACTED]"], (string[])s_sanitizer.Value("process.command_args", (string[])["mysql", "-pS3cr3t"])!);
        Assert.Equal(["curl", "-u", "admin:[REDACTED]"],
            (string[])s_sanitizer.Value("process.command_args", (string[])["curl", "-u", "admin:S3cr3t"])!);
        var request = new Dictionary<string, object?> { ["headers"] = new object?[] { new object?[] { "Cookie", "S3cr3t" } } };
        Assert.Equal("{\"headers\":[[\"Cookie\",\"[REDACTED]\"]]}", Sanitizer.AsText(s_sanitizer.Value("request", request)));
    }

    [Fact]
    public void A_structured_body_is_judged_before_it_is_text()
    {
        var redactor = new Redactor(s_sanitizer);
        var log = new LogRow
        {
            Service = "api",
            Category = "x",
            Message = "",
            Body = new Dictionary<string, object?>
            {
                ["text"] = "first\nghp_abcdefghijklmnopqrstuvwxyz0123456789",
                ["card"] = "x\t4111111111111111",
                ["pin"] = 1234L,
                ["list"] = new object?[] { 1L, "AKIAIOSFODNN7EXAMPLE", true },
            },
        };
        redactor.Clean(log);

        Assert.Equal(
            "{\"text\":\"first\\n[REDACTED]\",\"card\":\"x\\t[REDACTED]\",\"pin\":\"[REDACTED]\",\"list\":[1,\"[REDACTED]\",true]}",
            log.Message);
        Assert.Null(log.Body);
    }

    [Fact]
    public void Elements_of_a_list_stay_apart() =>
        Assert.Equal("[[1,\"Doe, Jane\"],[true]]",
            Sanitizer.AsText(s_sanitizer.Value("a", new List<object?> { new object?[] { 1L, "Doe, Jane" }, new object?[] { true } })));

    [Fact]
    public void What_is_no_longer_known_is_told_by_configuration()
    {
        var options = new SanitizeOptions();
        options.ExtraTokenPrefixes.Add("acme_");
        options.ExtraKeys.Add("tax_id");

        Assert.Equal("with [REDACTED], taxId=[REDACTED]", new Sanitizer(options, []).Text("with acme_12345678, taxId=DE1"));
    }

    /// <summary>Counted is what the rules look at beside their one pass each, so that no load of the machine matters.</summary>
    [Theory]
    [InlineData("password=")]
    [InlineData("password: ")]
    [InlineData("\"token\":\"")]
    [InlineData("\"token=1 ")]
    [InlineData("token=1 ")]
    [InlineData("secret:\n")]
    [InlineData("secret: |\n")]
    [InlineData("<token>")]
    [InlineData("<token></x>")]
    [InlineData("<token> ")]
    [InlineData("{\"a\":")]
    [InlineData("{\"a\":1}")]
    [InlineData("[{")]
    [InlineData("eyJ.")]
    [InlineData("hf_")]
    [InlineData("T3BlbkFJ")]
    [InlineData("Q~NRAL")]
    [InlineData("http://a:b/@")]
    [InlineData("curl -u a:b ")]
    [InlineData("--token ")]
    [InlineData("pass=1;")]
    [InlineData("PWD={")]
    [InlineData("hooks.slack.com/services/")]
    [InlineData("12345678:")]
    [InlineData("key code ")]
    [InlineData("\\\"pin\\\":")]
    public void Hostile_texts_are_judged_in_linear_work(string seed)
    {
        var sanitizer = new Sanitizer(new SanitizeOptions { MaxLength = 1_048_576 }, []);
        long Work(int length)
        {
            // With an address in front no quick look spares the rest.
            var text = ("ann@example.com token: 1 " + string.Concat(Enumerable.Repeat(seed, (length / seed.Length) + 1)))[..length];
            var before = Scanned.Characters;
            sanitizer.Text(text);
            return Scanned.Characters - before;
        }

        // What is bounded by a number of marks may be reached by the second text only; from there on twice the length is twice the work.
        var (one, two, four) = (Work(65_536), Work(131_072), Work(262_144));
        Assert.True(four > 0);
        Assert.True(two <= (one * 3) + 65_536 && four <= (two * 2.2) + 65_536, $"{one}, {two}, {four}");
    }
}
