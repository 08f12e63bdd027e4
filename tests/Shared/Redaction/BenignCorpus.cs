
namespace OrionPlatform.Tests;

/// <summary>A value of telemetry in which there is no secret, but something that looks like one from afar.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Key">The attribute's name.</param>
/// <param name="Value">The value.</param>
internal sealed record BenignCase(string Kind, string Key, object Value);

/// <summary>What telemetry is full of. Made from a seed, and from nothing that the product knows.</summary>
internal sealed class BenignCorpus(int seed)
{
    private readonly Random _random = new(seed);

    public IEnumerable<BenignCase> Cases(int each)
    {
        foreach (var (kind, key, make) in Kinds())
        {
            for (var i = 0; i < each; i++)
            {
                yield return new BenignCase(kind, key, make());
            }
        }
    }

    private int Up(int limit) => _random.Next(limit);

    private string Digits(int length) => new(_random.GetItems<char>("0123456789", length));

    private string Hex(int length) => new(_random.GetItems<char>("0123456789abcdef", length));

    private string Word() =>
        Pick("order", "stock", "basket", "invoice", "parcel", "depot", "tariff", "region", "tenant", "cursor", "batch", "report");

    private T Pick<T>(params T[] items) => items[_random.Next(items.Length)];

    private IEnumerable<(string Kind, string Key, Func<object> Make)> Kinds()
    {
        string Text(Func<string> make) => make();
        (string, string, Func<object>) Note(string kind, Func<string> make) => (kind, "note", () => Text(make));
        (string, string, Func<object>) Field(string key, Func<object> make) => ("attribute " + key, key, make);

        yield return Note("uuid", () => Guid.NewGuid() is var _ ? $"{Hex(8)}-{Hex(4)}-4{Hex(3)}-a{Hex(3)}-{Hex(12)}" : "");
        yield return Note("trace id", () => Hex(32));
        yield return Note("span id", () => Hex(16));
        yield return Note("traceparent", () => $"00-{Hex(32)}-{Hex(16)}-01");
        yield return Note("sha1", () => Hex(40));
        yield return Note("sha256", () => "sha256:" + Hex(64));
        yield return Note("image", () => $"registry.example/shop/api:1.{Up(40)}.{Up(20)}@sha256:{Hex(64)}");
        yield return Note("integrity", () => "sha512-" + Convert.ToBase64String(Bytes(64)));
        yield return Note("object id", () => Hex(24));
        yield return Note("package", () =>
            $"{Pick("lodash", "react", "@types/node", "left-pad", "pkg:npm/vite")}@{Up(30)}.{Up(30)}.{Up(30)}");
        yield return Note("version", () => $"v{Up(9)}.{Up(30)}.{Up(99)}-rc.{Up(9)}+build.{Digits(4)}");
        yield return Note("assembly", () => $"Api.Core, Version={Up(9)}.0.0.0, Culture=neutral, PublicKeyToken={Hex(16)}");
        yield return Note("EAN", Ean);
        yield return Note("EANs", () => $"scanned {Ean()} and {Ean()} in depot {Up(9)}");
        yield return Note("ports", () => Up(9000) + 1000 is var port ? $"ports {port} {port + 1} {port + 2} {port + 3}" : "");
        yield return Note("address", () => $"10.{Up(256)}.{Up(256)}.{Up(256)}:{Up(65536)}");
        yield return Note("addresses", () => $"{Up(256)}.{Up(256)}.{Up(256)}.{Up(256)} {1_763_714_400 + Up(999_999)}.{Digits(6)}");
        yield return Note("IPv6", () => $"2001:db8:{Hex(4)}:{Hex(4)}::{Hex(4)}");
        yield return Note("MAC", () => string.Join(':', Enumerable.Range(0, 6).Select(_ => Hex(2))));
        yield return Note("date", () => $"2026-{Up(12) + 1:00}-{Up(28) + 1:00}T{Up(24):00}:{Up(60):00}:{Up(60):00}.{Digits(7)}Z");
        yield return Note("compact date", () => $"2026{Up(12) + 1:00}{Up(28) + 1:00}{Up(24):00}{Up(60):00}{Up(60):00}{Digits(3)}");
        yield return Note("milliseconds", () => $"{1_763_000_000_000 + _random.NextInt64(10_000_000_000)}");
        yield return Note("nanoseconds", () => $"1763{Digits(15)}");
        yield return Note("fraction", () => _random.NextDouble().ToString("R", System.Globalization.CultureInfo.InvariantCulture));
        yield return Note("coordinates", () => $"{Up(90)}.{Digits(14)}, {Up(180)}.{Digits(14)}");
        yield return Note("telephone", () => $"+4{Up(9) + 1}{Digits(11)}");
        yield return Note("order number", () => $"order-{Digits(8)}");
        yield return Note("path", () => $"/v1/projects/prj_{Hex(12)}/{Word()}s/{Hex(24)}");
        yield return Note("file", () => $"/srv/{Word()}/2026/{Up(12)}/{Word()}-{Digits(6)}.parquet");
        yield return Note("Windows file", () => $"C:\\Users\\svc\\{Word()}\\new\\report_{Digits(5)}.txt");
        yield return Note("web address", () => $"https://shop.example/{Word()}/{Digits(6)}?page={Up(9)}&sort=name&limit={Up(100)}");
        yield return Note("address of a profile", () => $"https://social.example:8443/@{Word()}/posts/{Digits(8)}");
        yield return Note("repository", () => $"git@git.example:shop/{Word()}.git");
        yield return Note("image file", () => $"{Word()}@2x.png");
        yield return Note("SQL", () => $"SELECT id, name FROM {Word()}s WHERE tenant = @p{Up(9)} AND created > $1 LIMIT {Up(1000)}");
        yield return Note("namespace", () => $"SG.Commerce.{Pick("Orders", "Stock", "Billing")}.Handlers.V{Up(9)}");
        yield return Note("type", () => $"System.Collections.Generic.Dictionary`2[Token,String]");
        yield return Note("category", () => $"Shop.{Pick("Auth", "Tokens", "Secrets", "Sessions")}." +
            Pick("TokenStore", "CookiePolicy", "PasswordHasher", "SecretRotationJob"));
        yield return Note("stack frame", () => $"   at Shop.Auth.{Pick("TokenStore", "PasswordHasher")}" +
            $".<Get{Hex(4)}Async>d__{Up(9)}.MoveNext() in /src/TokenStore.cs:line {Up(999)}");
        yield return Note("signature of a method", () =>
            $"   at Shop.Auth.Validate(String token, Int32 attempts, CancellationToken cancellationToken) in /src/A.cs:line {Up(999)}");
        yield return Note("cancellation", () => "CancellationToken: none");
        yield return Note("language model", () =>
            $"model=gpt-4o prompt_tokens={Up(9000)} completion_tokens={Up(900)} total_tokens={Up(9900)} max_tokens: {Up(9000)}");
        yield return Note("tests", () => $"tests pass={Up(2000)} fail={Up(9)} skip={Up(9)}");
        yield return Note("dates of a password", () => $"user=17 password_changed_at=2026-11-{Up(28) + 1:00} password_policy_id={Up(99)}");
        yield return Note("consent", () => $"cookie_consent={Pick("true", "false")} locale={Pick("de-CH", "en-US", "pt-BR")}");
        yield return Note("people", () => $"secretary: {Pick("Jane", "Joe", "Ann")} in room {Up(400)}");
        yield return Note("prose", () => Pick(
            "the cookie was fresh and the password was changed",
            "Bearer authentication failed",
            "basic understanding of tokens",
            "User authenticated by membership",
            "token expired, sign in again",
            "no secret was found in 7 files",
            "key: value pairs are sorted by key"));
        yield return Note("keys that open nothing", () =>
            $"cache_key={Word()}:{Digits(6)} partition_key={Up(64)} primary_key=id routing_key={Word()}.created");
        yield return Note("JSON", () => $"{{\"id\":\"{Hex(24)}\",\"next_page_token\":\"{Word()}{Up(99)}\",\"count\":{Up(999)}," +
            $"\"tags\":[\"a\",\"b\"],\"max_tokens\":{Up(4096)}}}");
        yield return Note("YAML", () =>
            $"replicas: {Up(9)}\nimage: shop/api:{Up(9)}.{Up(9)}\nports:\n- {Up(9000) + 1000}\n- {Up(9000) + 1000}\n");
        yield return Note("XML", () => $"<order id=\"{Digits(6)}\"><item count=\"{Up(9)}\">{Word()}</item></order>");
        yield return Note("command line", () =>
            $"docker run -p {Up(9000)}:80 -u 1000:1000 -e MODE={Word()} shop/api:{Up(9)} --port {Up(9000)}");
        yield return Note("remote shell", () => $"ssh -p {Up(9000) + 22} ops@host{Up(99)} uptime -p; mkdir -p /srv/{Word()}");
        yield return Note("base64 of bytes", () => Convert.ToBase64String(Bytes(24 + Up(30))));
        yield return Note("ETag", () => $"W/\"{Hex(20)}\"");
        yield return Note("locale", () => Pick(
            "de-CH", "en-US", "zh-Hant-TW", "sr-Latn-RS", "application/json; charset=utf-8",
            "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"));
        yield return Note("user agent", () => "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) " +
            $"Chrome/{Up(99) + 50}.0.{Up(6000)}.{Up(200)} Safari/537.36");
        yield return Note("names with short prefixes", () => Pick(
            $"ok_requests_in_{Word()}_of_today",
            $"npm_config_registry_of_the_{Word()}_team",
            $"sk-learn-{Word()}-pipeline-version",
            $"hf_transfer_enabled_for_{Word()}",
            $"dp.{Word()}.internal.example",
            $"key-{Word()}-lookup-table"));
        yield return Field("http.response.status_code", () => (long)Up(600));
        yield return Field("gen_ai.usage.input_tokens", () => (long)Up(9000));
        yield return Field("llm.max_tokens", () => (long)Up(9000));
        yield return Field("email.sent", () => Up(2) == 0);
        yield return Field("password.reset.count", () => (long)Up(99));
        yield return Field("secrets.scanned", () => (long)Up(99));
        yield return Field("page_token", () => $"{Word()}{Digits(5)}");
        yield return Field("next_page_token", () => $"{Word()}{Digits(5)}");
        yield return Field("token_type", () => "Bearer");
        yield return Field("token.expires_in", () => (long)Up(3600));
        yield return Field("session.duration_ms", () => (long)Up(99999));
        yield return Field("cookie.policy", () => Pick("strict", "lax"));
        yield return Field("cache.key", () => $"{Word()}:{Digits(6)}");
        yield return Field("messaging.kafka.message.key", () => $"{Word()}-{Digits(6)}");
        yield return Field("code.function", () => "ValidateTokenAsync");
        yield return Field("compass.heading", () => (long)Up(360));
        yield return Field("authorized", () => Up(2) == 0);
        yield return Field("author", () => Pick("Jane", "Joe"));
        yield return Field("shipping.pinned", () => Up(2) == 0);
        yield return Field("ratio", () => _random.NextDouble());
        yield return Field("db.query.text", () => $"SELECT id FROM {Word()}s WHERE tenant = @p{Up(9)}");
        yield return Field("process.command_args", () =>
            (string[])["api", "--port", Digits(4), "--log-level", "info", "--max-tokens", Digits(4)]);
        yield return Field("items", () => new object?[] { Word(), (long)Up(9), Hex(24) });
        yield return Field("versions", () => (string[])[$"{Up(9)}.{Up(9)}.{Up(9)}", $"{Up(9)}.{Up(9)}"]);
    }

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>The number of some goods, of a country whose numbers begin with 4.</summary>
    private string Ean()
    {
        var digits = "4" + Digits(11);
        var sum = digits.Select((c, i) => (c - '0') * (i % 2 == 0 ? 1 : 3)).Sum();
        return digits + (char)('0' + ((10 - (sum % 10)) % 10));
    }
}
