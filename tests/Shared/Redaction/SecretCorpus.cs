using System.Net;
using System.Text;
using System.Text.Json;

namespace OrionPlatform.Tests;

/// <summary>A value with a secret in it, as it would be handed to redaction.</summary>
/// <param name="Carrier">The form it stands in.</param>
/// <param name="Key">The attribute's name.</param>
/// <param name="Value">A text, a list or a map.</param>
/// <param name="Secret">What must not be left of it.</param>
internal sealed record SecretCase(string Carrier, string Key, object Value, string Secret)
{
    /// <summary>Whether a telling part of the secret stands in a text: six of its characters in a row.</summary>
    public bool IsIn(string text)
    {
        const int Telling = 6;
        var secret =
            Secret.Length < Telling ? [Secret] : Enumerable.Range(0, Secret.Length - Telling + 1).Select(i => Secret.Substring(i, Telling));
        return secret.Any(part => text.Contains(part, StringComparison.Ordinal));
    }
}

/// <summary>Secrets in the forms in which they turn up in telemetry. Made from a seed, and from nothing that the product knows.</summary>
internal sealed class SecretCorpus(int seed)
{
    private const string Alnum = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    private const string Hexadecimal = "0123456789abcdef";

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    private static readonly string[] s_names =
    [
        "password", "Password", "db_password", "DB_PASSWORD", "userPassword", "passwd", "PGPASSWORD", "pwd", "passphrase", "passcode",
        "secret", "client_secret", "clientSecret", "api_key",
        "apiKey", "x-api-key", "API_KEY", "access_key", "secret_access_key", "AccountKey", "signing_key", "encryption_key", "private_key",
        "access_token", "refreshToken", "id_token",
        "auth_token", "token", "token_value", "authorization_header", "cookies", "session_id", "sessionId", "jwt", "csrf", "csrf_token",
        "otp_code", "security_code", "pin", "cvv", "sig",
        "x-amz-signature", "shared_access_signature", "connectionString", "credentials", "webhook_secret", "sasl.password",
        "spring.datasource.password", "passwords", "pass",
    ];

    private readonly Random _random = new(seed);

    /// <summary>Every carrier with as many secrets.</summary>
    public IEnumerable<SecretCase> Cases(int each)
    {
        foreach (var (carrier, make) in Carriers().Concat(Tokens()))
        {
            for (var i = 0; i < each; i++)
            {
                var (key, value, secret) = make();
                yield return new SecretCase(carrier, key, value, secret);
            }
        }
    }

    private string Name() => s_names[_random.Next(s_names.Length)];

    /// <summary>A name that also says in prose and on command lines what it is.</summary>
    private string Plain() =>
        ((string[])["password", "Password", "secret", "token", "api_key", "client_secret", "access_token", "passwd"])[_random.Next(8)];

    private string Text(string alphabet, int length) => new(_random.GetItems<char>(alphabet, length));

    private string Hex(int length) => Text(Hexadecimal, length);

    /// <summary>A password with signs among its letters.</summary>
    private string Password(string signs)
    {
        var text = new StringBuilder(Text(Alnum, 6));
        for (var i = 0; i < 3; i++)
        {
            text.Append(signs.Length == 0 ? "" : signs[_random.Next(signs.Length)].ToString()).Append(Text(Alnum, 6));
        }

        return text.ToString();
    }

    private IEnumerable<(string Carrier, Func<(string Key, object Value, string Secret)> Make)> Carriers()
    {
        (string, Func<(string, object, string)>) Form(string carrier, string signs, Func<string, object> make, string key = "note") =>
            (carrier, () =>
        {
            var secret = Password(signs);
            return (key, make(secret), secret);
        }
        );

        string Json(object value) => JsonSerializer.Serialize(value);
        Dictionary<string, object?> Map(string key, object? value) => new() { ["user"] = "bob", [key] = value, ["ok"] = true };
        const string Any = "!$%&/()=?*+~#-_.:,;<>|@^ ";

        yield return Form("JSON", Any, s => Json(Map(Name(), s)));
        yield return Form("JSON, a map under the name", Any, s => Json(Map("secret", new { plaintext = s, kind = "x" })));
        yield return Form("JSON, a list under the name", Any, s => Json(Map("passwords", new[] { "a", s })));
        yield return Form("JSON in JSON", Any, s => Json(new { body = Json(Map(Name(), s)) }));
        yield return Form("JSON in JSON in JSON", Any, s => Json(new { a = Json(new { b = Json(Map(Name(), s)) }) }));
        yield return Form("JSON with indentation", Any, s => JsonSerializer.Serialize(Map(Name(), s), s_indented));
        yield return Form("JSON that was cut", "!$%-_.:,;", s => Json(Map(Name(), s))[..^3]);
        yield return Form("JSON in prose", "!$%-_.:,;", s => $"request body was {Json(Map(Name(), s))}, refused");
        yield return Form("JSON lines", Any, s => $"{Json(new { a = 1 })}\n{Json(Map(Name(), s))}\n{Json(new { b = 2 })}");
        yield return Form("a name and its value, told apart", Any, s =>
            Json(new object[] { new { name = "a", value = "b" }, new { name = Name(), value = s } }));
        yield return Form("escaped JSON in a setting", "!$%-_.:,;", s => $"config=\"{{\\\"{Plain()}\\\": \\\"{s}\\\"}}\"");
        yield return Form("a printed dictionary of Python", "!$%-_.:;", s => $"{{'user': 'bob', '{Plain()}': '{s}', 'n': 1}}");
        yield return Form("YAML", "!$%-_.:;@", s => $"db:\n  host: x\n  {Plain()}: {s}\n  port: 1\n");
        yield return Form("YAML, with blanks", "!$%-_. ", s => $"db:\n  host: x\n  {Plain()}: {s}\n  port: 1\n");
        yield return Form("YAML block", "!$%-_.:; ", s => $"db:\n  {Plain()}: |\n    first\n    {s}\n  port: 1\n");
        yield return Form("YAML folded block", "!$%-_.:; ", s => $"{Plain()}: >-\n  {s}\n  more\nport: 1\n");
        yield return Form("YAML list", "!$%-_.:;", s => $"passwords:\n  - first1\n  - {s}\nport: 1\n");
        yield return Form("YAML map", "!$%-_.:;", s => $"secret:\n  plaintext: {s}\n  kind: x\nport: 1\n");
        yield return Form("environment of a container", "!$%-_.:;", s =>
            $"env:\n- name: DB_PASSWORD\n  value: {s}\n- name: A\n  value: b\n");
        yield return Form("the next line", "!$%-_.:;", s => $"{Plain()}:\n{s}\nbye");
        yield return Form("an environment file", "!$%-_.:;,&/", s => $"A=1\n{Plain().ToUpperInvariant()}={s}\nB=2");
        yield return Form("an environment file with quotes", "!$%-_.:;,&/ ", s => $"A=1\nexport {Plain().ToUpperInvariant()}=\"{s}\"\nB=2");
        yield return Form("properties", "!$%-_.:,&/ ", s => $"a.b=1\nspring.datasource.password = {s}\nc=2");
        yield return Form("TOML", "!$%-_.:,&/ ", s => $"[db]\n{Plain()} = '{s}'\nport = 1");
        yield return Form("query", "-_.~!$'()*,:@", s => $"GET /v1/x?a=1&{Plain()}={Uri.EscapeDataString(s)}&b=2 HTTP/1.1");
        yield return Form("form body", "-_.~", s => $"{Plain()}={s}&grant_type=x");
        yield return Form("an ampersand in a value", "&", s => $"{Plain()}={s}");
        yield return Form("a comma in a value", ",", s => $"{Plain()} = {s}");
        yield return Form("Authorization of another scheme", "+/=", s => $"GET /x\nAuthorization: Hawk id=\"a\", mac=\"{s}\"\nHost: x");
        yield return Form("Cookie", "-_.", s => $"Cookie: theme=dark; sid={s}; a=b\r\nHost: x");
        yield return Form("Set-Cookie", "-_.", s => $"Set-Cookie: sid={s}; Path=/; HttpOnly");
        yield return Form("X-Api-Key", "-_./+", s => $"< X-Api-Key: {s}");
        yield return Form("Bearer", "-_.", s => $"sent with Bearer {s}2, refused");
        yield return Form("Basic", "", s => $"Authorization: Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes("bob:" + s))}");
        yield return Form("curl's header", "-_.~", s => $"curl -H 'Authorization: Token {s}' https://x.example/");
        yield return Form("curl's user", "!%-_.:,@", s => $"curl -s -u admin:{s} https://x.example/");
        yield return Form("mysql", "!%-_.", s => $"mysql -h db -u root -p{s} shop");
        yield return Form("redis-cli", "!%-_.", s => $"/usr/bin/redis-cli -h cache -a {s} ping");
        yield return Form("docker login", "!%-_.", s => $"docker login -u bob -p {s} registry.example");
        yield return Form("an option", "!%-_./,&", s => $"tool --db-password {s} --verbose");
        yield return Form("an option with a quote", "!%-_./,& ", s => $"tool --client-secret=\"{s}\" --verbose");
        yield return Form("arguments", Any, s => (string[])["tool", "--password", s, "--port", "80"], "process.command_args");
        yield return Form("arguments of curl", "!%-_.", s =>
            new object?[] { "curl", "-u", "admin:" + s, "https://x" }, "process.command_args");
        yield return Form("arguments as JSON", Any, s => Json((string[])["tool", "--token", s, "-v"]));
        yield return Form("SQL Server's connection string", "!$%-_., /#&", s => $"Server=tcp:db,1433;User ID=sa;Password={s};Encrypt=True");
        yield return Form("a connection string in quotes", "!$%-_.,; /#&", s =>
            $"Server=db;Password=\"{s.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\"x\";Encrypt=True");
        yield return Form("ODBC braces", "!$%-_.,; /#&", s => $"Driver={{SQL}};UID=sa;PWD={{{s}}};Port=1");
        yield return Form("JDBC braces", "!$%-_.,; /#&", s => $"jdbc:sqlserver://h:1433;user=sa;password={{{s}}};encrypt=true");
        yield return Form("storage account", "+/", s =>
            $"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={s}==;EndpointSuffix=core");
        yield return Form("Redis' options", "!-_.", s => $"cache:6379,password={s},ssl=True,abortConnect=False");
        yield return Form("URL", "-_.!~", s => $"cannot reach amqp://bob:{s}@mq:5672/vhost");
        yield return Form("URL with signs in the password", "/#?", s => $"postgres://bob:{s}@db.internal:5432/shop?sslmode=require");
        yield return Form("Go's data source", "!#%-_.", s => $"dial bob:{s}@tcp(10.0.0.1:3306)/shop failed");
        yield return Form("XML", "!$%-_.:;,", s => $"<login><user>bob</user><password>{s}</password></login>");
        yield return Form("XML with attributes and a namespace", "!$%-_.:;,", s => $"<wsse:Password Type=\"text\">{s}</wsse:Password>");
        yield return Form("XML CDATA", "!$%-_.:;,<&", s => $"<secret><![CDATA[{s}]]></secret>");
        yield return Form("XML attribute", "!$%-_.:;,", s => $"<db host=\"x\" password=\"{s}\"/>");
        yield return Form("a setting of .NET", "!$%-_.:;,", s => $"<add key=\"Db:Password\" value=\"{s}\"/>");
        yield return Form("a printed record", "!$%-_.", s => $"Login {{ User = bob, Password = {s} }}");
        yield return Form("printed pairs", "!$%-_.", s => $"[user, bob], [password, {s}]");
        yield return Form("an attribute", Any, s => s, Name());
        yield return ("an attribute of any name", () => Password(Any) is var secret ? (Name(), secret, secret) : default);
        yield return ("a numeric attribute", () =>
            _random.NextInt64(100_000, 999_999_999) is var pin ? ("card_pin", pin, pin.ToString()) : default);
        yield return ("a number in JSON", () =>
            _random.NextInt64(100_000, 999_999_999) is var pin ? ("note", $"{{\"pin\":{pin},\"a\":1}}", pin.ToString()) : default);
        yield return Form("a map", Any, s => Map(Name(), s), "request");
        yield return Form("a map in a list in a map", Any, s => Map("items", new object?[] { Map(Name(), s) }), "request");
        yield return Form("a text of JSON in a map", Any, s => Map("payload", Json(Map(Name(), s))), "request");
        yield return Form("base64", "", s => "payload " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Plain()}={s}")) + " end");
        yield return Form("wrapped base64", "", s => $"{Plain()}: " + Wrapped(s + Text(Alnum, 160)));
        yield return Form("wrapped base64 of JSON", "", s =>
            Wrapped(Convert.ToBase64String(Encoding.UTF8.GetBytes(Json(new { filler = Text(Alnum, 90), password = s })))));
        yield return Form("percent signs", Any, s => "/x?q=" + Uri.EscapeDataString($"{Plain()}={s}"));
        yield return Form("a query in a query", Any, s =>
            "/x?next=" + Uri.EscapeDataString($"/y?{Plain()}=" + Uri.EscapeDataString(s)) + "&lang=en");
        yield return Form("an escaped XML attribute", Any, s => $"<db host=\"x\" password=\"{WebUtility.HtmlEncode(s)}\"/>");
        yield return Form("JSON with escapes that was cut", Any + "\"'", s => Json(Map(Name(), s))[..^4]);
        yield return Form("percent signs in a connection string", Any, s => $"Server=db;Password={Uri.EscapeDataString(s)};Encrypt=True");
        yield return Form("PEM", "", s => $"key is -----BEGIN RSA PRIVATE KEY-----\n{s}\n-----END RSA PRIVATE KEY----- now");
        yield return Form("PEM that was cut", "", s => $"-----BEGIN OPENSSH PRIVATE KEY-----\n{s}");
        yield return Form("PEM in JSON", "", s =>
            Json(new { key = $"-----BEGIN EC PRIVATE KEY-----\n{s}\n-----END EC PRIVATE KEY-----\n" }));
        yield return Form("an exception", "!$%-_.", s =>
            $"System.InvalidOperationException: Cannot open 'Server=db;Pwd={s};'\n   at Api.Db.Open() in /src/Db.cs:line 7");
    }

    private static string Wrapped(string base64) => string.Join("\r\n", base64.Chunk(76).Select(line => new string(line)));

    /// <summary>Keys and tokens as their issuers make them, each where a text, an escape or a list stands around it.</summary>
    private IEnumerable<(string Carrier, Func<(string Key, object Value, string Secret)> Make)> Tokens()
    {
        const string Mixed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (string Issuer, Func<(string Before, string Secret)> Make)[] issuers =
        [
            ("GitHub", () => ("ghp_", Text(Mixed, 36))),
            ("GitHub, fine-grained", () => ("github_pat_", Text(Mixed, 22) + "_" + Text(Mixed, 59))),
            ("GitLab", () => ("glpat-", Text(Mixed, 20))),
            ("Slack", () => ("xoxb-", $"{Text("0123456789", 12)}-{Text(Mixed, 24)}")),
            ("Slack's webhook", () =>
                ("https://hooks.slack.com/services/",
                    $"T{Text(Alnum.ToUpperInvariant(), 8)}/B{Text(Alnum.ToUpperInvariant(), 8)}/{Text(Mixed, 24)}")),
            ("OpenAI", () => ("sk-", $"{Text(Mixed, 20)}T3BlbkFJ{Text(Mixed, 20)}")),
            ("OpenAI, project", () => ("sk-proj-", $"{Text(Mixed, 48)}")), ("Anthropic", () => ("sk-ant-api03-", Text(Mixed, 93) + "AA")),
            ("Stripe", () => ("sk_live_", Text(Mixed, 24))), ("Square", () => ("sq0csp-", Text(Mixed, 43))),
            ("Twilio", () => ("SK", Hex(32))), ("SendGrid", () => ("SG.", $"{Text(Mixed, 22)}.{Text(Mixed, 43)}")),
            ("Mailgun", () => ("key-", Hex(32))),
            ("Telegram", () => ("", $"{_random.NextInt64(1_000_000_000, 9_999_999_999)}:AA{Text(Mixed, 33)}")),
            ("Telegram's address", () =>
                ("https://api.telegram.org/bot", $"{_random.NextInt64(1_000_000_000, 9_999_999_999)}:AA{Text(Mixed, 33)}")),
            ("Discord", () => ("", $"M{Text(Mixed, 22)}1.G{Text(Mixed, 5)}.{Text(Mixed, 38)}")),
            ("Discord's webhook", () =>
                ("https://discord.com/api/webhooks/",
                    $"{_random.NextInt64(100_000_000_000_000_000, 999_999_999_999_999_999)}/{Text(Mixed, 68)}")),
            ("Databricks", () => ("dapi", Hex(32))), ("Grafana", () => ("glsa_", $"{Text(Mixed, 32)}_{Hex(8)}")),
            ("Linear", () => ("lin_api_", Text(Mixed, 40))),
            ("New Relic", () => ("NRAK-", Text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 27))),
            ("New Relic's licence", () => ("", Hex(36) + "NRAL")), ("Doppler", () => ("dp.st.prd.", Text(Mixed, 40))),
            ("MongoDB Atlas", () => ("mdb_sa_sk_", Text(Mixed, 40))),
            ("age", () => ("AGE-SECRET-KEY-1", Text("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58))),
            ("npm", () => ("npm_", Text(Mixed, 35) + "7")), ("PyPI", () => ("pypi-AgEIcHlwaS5vcmc", Text(Mixed, 60))),
            ("Docker Hub", () => ("dckr_pat_", Text(Mixed, 27))),
            ("DigitalOcean", () => ("dop_v1_", Hex(64))), ("Heroku", () => ("HRKU-", $"AA{Text(Mixed, 58)}")),
            ("Shopify", () => ("shpat_", Hex(32))), ("Google", () => ("AIza", Text(Mixed, 35))),
            ("Google OAuth", () => ("GOCSPX-", Text(Mixed, 28))),
            ("AWS", () => ("AKIA", Text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16))), ("Vault", () => ("hvs.", Text(Mixed, 90))),
            ("Terraform", () => ("", $"{Text(Mixed, 14)}.atlasv1.{Text(Mixed, 67)}")), ("Fly", () => ("FlyV1 fm2_", Text(Mixed, 80))),
            ("Supabase", () => ("sbp_", Hex(40))), ("PlanetScale", () => ("pscale_tkn_", Text(Mixed, 43))),
            ("Hugging Face", () => ("hf_", Text(Mixed, 33) + "4")), ("Figma", () => ("figd_", Text(Mixed, 40))),
            ("Notion", () => ("ntn_", Text("0123456789", 11) + Text(Mixed, 35))),
            ("Postman", () => ("PMAK-", $"{Hex(24)}-{Hex(34)}")), ("Azure AD", () => ("", $"{Text(Mixed, 3)}8Q~{Text(Mixed, 34)}")),
            ("JWT", () => ("eyJhbGciOiJIUzI1NiJ9.", $"eyJ{Text(Mixed, 30)}.{Text(Mixed, 43)}")), ("Sentry", () => ("sntryu_", Hex(64))),
            ("a card", () => ("", Card())), ("an IBAN", () => ("", Iban())),
            ("an e-mail address", () => ("", $"{Text(Alnum, 10)}@example.com")),
        ];
        foreach (var (issuer, make) in issuers)
        {
            yield return (issuer, () =>
            {
                var (before, secret) = make();
                var token = before + secret;
                (string Key, object Value)[] forms =
                [
                    ("note", token), ("note", $"It is {token}, they say."), ("note", $"first\n{token}\nlast"), ("note", $"a\\n{token}"),
                    ("note", $"\t{token}"), ("note", $"x=\"{token}\""),
                    ("body", new Dictionary<string, object?> { ["text"] = "first\n" + token }),
                    ("note", JsonSerializer.Serialize(new { a = JsonSerializer.Serialize(new { b = "x\n" + token }) })),
                    ("note", $"https://x.test/a/{token}/b"), ("list", new object?[] { "a", token, 1L }), ("note", $"({token})"),
                    ("note", $"key:{token};"),
                ];
                var (key, value) = forms[_random.Next(forms.Length)];
                return (key, value, secret);
            }
            );
        }
    }

    private string Card()
    {
        var digits = ((string[])["4", "51", "37", "6011", "2221"])[_random.Next(5)];
        digits += Text("0123456789", (digits is "37" ? 14 : 15) - digits.Length);
        var sum = digits.Reverse().Select((c, i) => i % 2 == 0 ? ((c - '0') * 2 / 10) + ((c - '0') * 2 % 10) : c - '0').Sum();
        return digits + (char)('0' + ((10 - (sum % 10)) % 10));
    }

    private string Iban()
    {
        var account = Text("0123456789", 18);
        var check = 98 - (int)(System.Numerics.BigInteger.Parse(account + "131400") % 97);
        return $"DE{check:00}{account}";
    }
}
