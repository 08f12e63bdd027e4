namespace OrionPlatform.Domain;

/// <summary>An API key as its holder presents it: <c>ok_ID_SECRET</c>, the id to find it by and 256 random bits to prove it.</summary>
internal sealed record ApiKey(string Id, string Secret)
{
    private const string IdPrefix = "ak_";
    private const string KeyPrefix = "ok_";
    private const int IdLength = 32;
    private const int SecretLength = 43;

    public static ApiKey New(DateTimeOffset now) => new(Ids.New("ak", now), Secrets.New());

    public static ApiKey? Parse(string text)
    {
        if (text.Length != KeyPrefix.Length + IdLength + 1 + SecretLength || !text.StartsWith(KeyPrefix, StringComparison.Ordinal)
            || text[KeyPrefix.Length + IdLength] != '_')
        {
            return null;
        }

        return new ApiKey(string.Concat(IdPrefix, text.AsSpan(KeyPrefix.Length, IdLength)), text[^SecretLength..]);
    }

    /// <summary>The text to hand to its holder, once.</summary>
    public string Reveal() => $"{KeyPrefix}{Id[IdPrefix.Length..]}_{Secret}";

    // A record would print its members, and this one ends in logs sooner or later.
    public override string ToString() => Id;
}
