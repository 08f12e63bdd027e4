using System.Numerics;
using System.Text;

namespace OrionPlatform.TraceGate.Tests;

/// <summary>Makes secrets of every kind the gate knows, each different from every other, and remembers them.</summary>
internal sealed class SecretMint(Random random)
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Digits = "0123456789";
    private readonly List<Secret> _made = [];

    public IReadOnlyList<Secret> Made => _made;

    /// <summary>One secret of each kind, for one surface.</summary>
    public IReadOnlyList<Secret> OneOfEach(string surface)
    {
        List<Secret> all = [];
        Add("password", n => $"password={n}");
        Add("jwt", n => $"{Base64("""{"alg":"HS256","typ":"JWT"}""")}.{Base64("""{"sub":"17"}""")}.{n}");
        Add("bearer", n => $"Bearer {n}");
        Add("basic", n => $"Basic {n}", Convert.ToBase64String(Encoding.ASCII.GetBytes("aladdin:" + Any(18))));
        Add("pem", n => $"-----BEGIN PRIVATE KEY-----\n{n}\n-----END PRIVATE KEY-----");
        Add("card", n => n, Card());
        Add("aws key", n => n, "AKIA" + Any(16).ToUpperInvariant());
        Add("github token", n => n, "ghp_" + Any(36));
        Add("payment key", n => n, "sk_live_" + Any(24));
        Add("platform key", n => n, "ok_" + Any(43));
        Add("url credentials", n => $"postgres://app:{n}@db.internal:5432/orders");
        Add("model key", n => n, "sk-" + Any(20) + "T3BlbkFJ" + Any(20));
        Add("webhook", n => $"https://hooks.slack.com/services/T0{Any(8).ToUpperInvariant()}/B0{Any(8).ToUpperInvariant()}/{n}");
        Add("map", n => $"{{\"secret\":{{\"plaintext\":\"{n}\"}}}}");
        Add("connection string", n => $"Driver=x;PWD={{a;{n}}};Port=1");
        Add("command", n => $"curl -u admin:{n} x");
        Add("email", n => $"{n}@example.com");
        Add("iban", n => n, Iban());
        _made.AddRange(all);
        return all;

        void Add(string kind, Func<string, string> text, string? needle = null)
        {
            needle ??= Any(28);
            all.Add(new Secret(surface, kind, text(needle), needle));
        }
    }

    /// <summary>The kinds whose text has only characters of that set, and at most that many.</summary>
    public IReadOnlyList<Secret> Fitting(string surface, int longest, Func<char, bool> allowed) =>
        [.. OneOfEach(surface).Where(s => s.Text.Length <= longest && s.Text.All(allowed))];

    private string Any(int length) => "q7" + new string(random.GetItems<char>(Letters + Digits, length - 2));

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text)).TrimEnd('=');

    private string Card()
    {
        var digits = "4" + new string(random.GetItems<char>(Digits, 14));

        // Luhn: every second digit from the right is doubled, the check digit being the rightmost.
        var sum = digits.Reverse().Select((c, i) => i % 2 == 0 ? ((c - '0') * 2 / 10) + ((c - '0') * 2 % 10) : c - '0').Sum();
        return digits + (char)('0' + ((10 - (sum % 10)) % 10));
    }

    private string Iban()
    {
        var account = new string(random.GetItems<char>(Digits, 18));

        // ISO 13616: DE is 13 14; check digits 00 stand in for the ones sought.
        var check = 98 - (int)(BigInteger.Parse(account + "131400") % 97);
        return $"DE{check:00}{account}";
    }
}
