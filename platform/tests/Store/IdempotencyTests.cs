using System.Text;
using Orion.Store.Idempotency;

namespace Orion.Store.Tests;

public sealed class IdempotencyTests
{
    [Fact]
    public async Task The_second_request_gets_the_first_answer_byte_for_byte_and_has_no_effect()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();

        var first = await PostAsync(db, Request("k1", """{"slots":1}"""), "a");
        var second = await PostAsync(db, Request("k1", """ { "slots" : 1 } """), "b");

        Assert.Equal((201, false), (first.Answer.Status, first.Replayed));
        Assert.True(second.Replayed);
        Assert.Equal(first.Answer.Body, second.Answer.Body);
        Assert.Equal("/notes/a", second.Answer.Headers["Location"]);
        Assert.Equal(["a"], await db.NotesAsync());
    }

    [Fact]
    public async Task A_key_used_for_a_different_request_is_a_conflict()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        await PostAsync(db, Request("k1", """{"slots":1}"""), "a");

        await Assert.ThrowsAsync<IdempotencyKeyReusedException>(() => PostAsync(db, Request("k1", """{"slots":2}"""), "b"));
        await Assert.ThrowsAsync<IdempotencyKeyReusedException>(
            () => PostAsync(db, Request("k1", """{"slots":1}""", "/v1/projects/other"), "c"));
        Assert.Equal(["a"], await db.NotesAsync());
    }

    [Fact]
    public async Task Requests_with_one_key_at_the_same_moment_have_one_effect()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        await using var other = db.Beside();
        var request = Request("k1", "{}");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => PostAsync(i % 2 == 0 ? db : other, request, $"n{i}")));

        Assert.Single(answers, a => !a.Replayed);
        Assert.Single(answers.Select(a => a.Answer.Headers["Location"]).Distinct());
        Assert.Single(await db.NotesAsync());
    }

    [Fact]
    public async Task A_request_that_failed_may_be_tried_again_with_its_key()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        await PostAsync(db, Request("k1", "{}"), "a");

        // The note exists, so the effect fails after the question was asked.
        await Assert.ThrowsAnyAsync<Exception>(() => PostAsync(db, Request("k2", "{}"), "a"));
        Assert.False((await PostAsync(db, Request("k2", "{}"), "b")).Replayed);
    }

    [Fact]
    public async Task Keys_belong_to_their_scope()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        var request = Request("k1", "{}");
        IdempotentRequest[] scopes =
            [request, request with { TenantId = "tn_2" }, request with { PrincipalId = "ak_2" }, request with { Method = "PUT" },
                request with { Route = "/other" }];
        foreach (var scope in scopes)
        {
            Assert.False((await PostAsync(db, scope, $"n{Array.IndexOf(scopes, scope)}")).Replayed);
        }
    }

    [Fact]
    public async Task After_a_day_a_key_is_forgotten()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        await PostAsync(db, Request("k1", "{}"), "a");
        await PostAsync(db, Request("k2", "{}"), "b");
        db.Time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMilliseconds(1));
        Assert.True((await PostAsync(db, Request("k1", "{}"), "c")).Replayed);
        db.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.False((await PostAsync(db, Request("k1", """{"new":true}"""), "d")).Replayed);
        Assert.Equal(1, await db.Store.ReadAsync(tx => tx.QuerySingleOrDefaultAsync<int>("SELECT count(*) FROM idempotency_keys")));
    }

    [Fact]
    public async Task Neither_the_key_nor_the_request_is_stored()
    {
        await using var db = await StoreUnderTest.WithNotesAsync();
        await PostAsync(db, Request("super-secret-key", """{"card":"4242-canary"}"""), "a");
        await db.Store.DisposeAsync();

        var bytes = await db.StoredAsync();
        Assert.DoesNotContain("super-secret-key", bytes, StringComparison.Ordinal);
        Assert.DoesNotContain("4242-canary", bytes, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":1,"b":[1,{"x":2,"y":3}]}""", """{ "b": [1, {"y":3,"x":2}], "a": 1 }""", true)]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""", false)]
    [InlineData("""{"a":1}""", """{"a":"1"}""", false)]
    [InlineData("not json", "not json", true)]
    [InlineData("not json", "not  json", false)]
    [InlineData("", "{}", false)]
    [InlineData("{} {}", "{}", false)]
    public void Bodies_are_compared_by_what_they_say(string one, string other, bool same)
    {
        Assert.Equal(same, RequestFingerprint.Of("/x", Encoding.UTF8.GetBytes(one)).AsSpan()
            .SequenceEqual(RequestFingerprint.Of("/x", Encoding.UTF8.GetBytes(other))));
    }

    private static IdempotentRequest Request(string key, string body, string target = "/v1/notes") => new()
    {
        TenantId = "tn_1",
        PrincipalId = "ak_1",
        Method = "POST",
        Route = "/v1/notes",
        Key = key,
        Fingerprint = RequestFingerprint.Of(target, Encoding.UTF8.GetBytes(body)),
    };

    private static Task<(RememberedResponse Answer, bool Replayed)> PostAsync(StoreUnderTest db, IdempotentRequest request, string note) =>
        db.Store.WriteAsync(async tx =>
    {
        if (await tx.TryReplayAsync(request) is { } before)
        {
            return (before, true);
        }

        await tx.ExecuteAsync("INSERT INTO notes (id) VALUES (@note)", new { note });
        var answer = new RememberedResponse(
            201, new Dictionary<string, string> { ["Location"] = $"/notes/{note}" }, Encoding.UTF8.GetBytes($$"""{"id":"{{note}}"}"""));
        await tx.RememberAsync(request, answer);
        return (answer, false);
    });
}
