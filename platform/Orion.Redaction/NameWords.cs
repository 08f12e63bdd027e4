using System.Collections.Frozen;

namespace Orion.Redaction;

/// <summary>What a word says about the value of the name it stands in.</summary>
[Flags]
internal enum WordRole
{
    None = 0,

    /// <summary>The value is a secret, unless a later word tells that it is something about one.</summary>
    Secret = 1,

    /// <summary>The same, but only as the end of a name: <c>card.pin</c>, not <c>pin.board</c>.</summary>
    Last = 2,

    /// <summary>Behind a secret: the value is not the secret but its date, number, state, place or rule.</summary>
    About = 4,

    /// <summary>Behind a secret: the value still is the secret.</summary>
    Same = 8,

    /// <summary>Before a secret: the value is a number or a truth.</summary>
    Measure = 16,

    /// <summary>Before "token": one of a list's page, of a grammar, of a task, and no secret.</summary>
    NoSecretToken = 32,

    /// <summary>Before "key": a secret key. Keys of tables, caches and queues are none.</summary>
    SecretKey = 64,

    /// <summary>Before "code": a secret code.</summary>
    SecretCode = 128,
}

/// <summary>
/// The one list of words by which names are judged, wherever they stand: attributes, headers, query strings, JSON, YAML, XML, command
/// lines, prose.
/// </summary>
internal static class NameWords
{
    /// <summary>The characters by which a name with any of these words is found in a text.</summary>
    public static readonly IReadOnlyList<string> Marks =
    [
        "pass", "pwd", "secret", "token", "cookie", "auth", "cred", "key", "code", "sess", "sid", "otp", "cvv", "cvc", "ssn", "iban", "pin",
        "sig", "jwt", "csrf", "xsrf", "bearer", "email", "username", "user name", "user_name", "user-name", "user.name", "conn", "shared",
        "psk", "saml", "assertion", "card", "salt", "phrase", "payment", "stripe", "scheduler", "mnemonic", "security",
    ];

    /// <summary>
    /// Sought in words that are run together: <c>PGPASSWORD</c>, <c>authtoken</c>. Nothing else in English goes on behind the first three.
    /// </summary>
    public static readonly IReadOnlyList<string> Stems =
    [
        "password", "passwd", "passphrase", "passcode", "secret", "token", "credential", "apikey", "accesskey", "accountkey", "secretkey",
        "privatekey", "signingkey", "encryptionkey", "connectionstring", "cookie", "sharedaccess", "authorization", "sessionid", "sessid",
        "pwd",
    ];

    /// <summary>How many of <see cref="Stems"/> need no known word behind them.</summary>
    public const int FreeStems = 4;

    private static readonly (WordRole Role, string Words)[] s_roles =
    [
        (WordRole.Secret,
            "password passwd passphrase passcode passkey secret token credential cred apikey accesskey accountkey secretkey "
            + "privatekey signingkey encryptionkey authkey masterkey sharedkey presharedkey psk sessionkey authtoken accesstoken "
            + "refreshtoken idtoken clientsecret connectionstring connstr cookie authorization sharedaccess sessionid sessid jsessionid "
            + "phpsessid securitycode pincode otpcode cardnumber mnemonic stripecustomerid paymentreference schedulermetadata pwd "
            + "storepass keypass userpass dbpass samlresponse otp totp cvv cvv2 cvc cvc2 ssn iban jwt csrf xsrf"),
        (WordRole.Last,
            "pin sig signature pass bearer sid email username salt"),
        (WordRole.About,
            "country currency claim at on time timestamp date datetime ts count counter total length len size limit max min maximum "
            + "minimum ttl expiry expires expired expire expiration lifetime age day hour second sec ms millis minute enabled disabled "
            + "required optional present missing exists valid invalid verified confirmed sent delivered opened bounced clicked changed "
            + "change reset update updated rotation rotated created used scanned found detected redacted check validation attempt "
            + "failure failed error success result status state type kind class name id policy strategy provider manager service store "
            + "storage vault consent banner notice preference setting score strength rule field label placeholder format version "
            + "algorithm alg method mode scheme file filename path dir directory mount location url uri endpoint domain samesite secure "
            + "httponly usage budget quota rate per bucket latency duration index position offset source region scope issuer audience "
            + "purpose owner role group template campaign cache cleanup handler factory parser filter middleware exception resolver "
            + "validator generator reader builder converter interceptor helper module controller option less free queue topic batch "
            + "retry tree stream symbol cs line hasher detector provided hook event"),
        (WordRole.Same,
            "value header enc encrypted hash hashed digest raw string text plain plaintext clear b64 base64 hex pem data new old "
            + "current previous confirm confirmation again repeat 1 2 3 address key base jar prod production dev test staging live key"),
        (WordRole.Measure,
            "is has had have needs need requires require should can allow allows use uses enable show num number count min max total "
            + "avg average remaining used input output prompt completion cached reasoning scanned"),
        (WordRole.NoSecretToken,
            "page paging pagination continuation cancellation cancel next previous prev cursor resume skip parser syntax lexer "
            + "lexical stop eos bos pad padding unk special concurrency change key design metadata unexpected keyword delta watch "
            + "partition fencing etag expected"),
        (WordRole.SecretKey,
            "api access account secret private signing sign encryption encrypt decryption decrypt auth authentication authorization "
            + "master shared session storage hmac aes rsa ssh pgp gpg crypto cipher symmetric deploy webhook server subscription "
            + "license licence client app application admin root recovery ingest ingestion function consumer developer sas unseal "
            + "stripe sendgrid twilio mailgun openai anthropic azure aws google gcp datadog github gitlab slack validation machine jwt"),
        (WordRole.SecretCode,
            "security pass pin otp totp mfa 2fa auth authorization verification recovery backup access login sms reset unlock"),
    ];

    /// <summary>Words that are a secret together.</summary>
    private static readonly string[] s_together =
    [
        "session id", "sess id", "secret id", "access key id", "connection string", "conn string", "shared access", "card number",
        "credit card", "social security", "seed phrase", "recovery phrase", "secret phrase", "pass phrase", "pass word", "pass code",
        "user name", "key material", "stripe customer id", "payment reference", "scheduler metadata", "client key data", "connect sid",
        "saml response", "client assertion", "code verifier",
    ];

    private static readonly FrozenDictionary<string, WordRole> s_words = s_roles
        .SelectMany(r => r.Words.Split(' ').Select(word => (word, r.Role)))
        .Concat(s_together.Select(words => (words, WordRole.Secret)))
        .GroupBy(w => w.Item1).ToFrozenDictionary(g => g.Key, g => g.Aggregate(WordRole.None, (all, one) => all | one.Item2));

    private static readonly FrozenDictionary<string, WordRole>.AlternateLookup<ReadOnlySpan<char>> s_lookup =
        s_words.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>What is known of a word in lower case, or of several with a blank between; a plural is its singular.</summary>
    public static WordRole Of(ReadOnlySpan<char> word, out bool plural)
    {
        plural = false;
        if (s_lookup.TryGetValue(word, out var role))
        {
            return role;
        }

        if (word.Length > 3 && word[^1] == 's' && s_lookup.TryGetValue(word[..^1], out role))
        {
            plural = true;
            return role;
        }

        return WordRole.None;
    }
}
