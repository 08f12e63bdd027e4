using System.Diagnostics;
using Orion.Store;
using Orion.Store.Journal;
using Orion.Store.Schema;
using Orion.Store.Sqlite;

namespace Orion.Store.Tests;

public sealed class JournalTests
{
    [Fact]
    public async Task A_fact_carries_the_span_correlation_id_and_tenant_of_whoever_asked_for_the_write()
    {
        await using var db = StoreUnderTest.Open();
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        request.SetCustomProperty(Cause.CorrelationIdProperty, "c-1");
        request.SetCustomProperty(Cause.TenantIdProperty, "tn_1");
        using var activity = new Activity("caller").Start();
        await db.Store.WriteAsync(tx => tx.AppendFactAsync(Fact("a") with { Data = """{"slots":1}""" }));

        var entry = Assert.Single(await db.Store.ReadAsync(tx => tx.FactsOfAsync("note/a")));
        Assert.True(entry.Position > 0);
        Assert.Equal((db.Time.GetUtcNow(), activity.Id, activity.TraceId.ToHexString()),
            (entry.OccurredAt, entry.TraceParent, entry.TraceId));
        Assert.Equal(("c-1", "tn_1", """{"slots":1}"""), (entry.CorrelationId, entry.Fact.TenantId, entry.Fact.Data));
    }

    [Fact]
    [Trait("Store", "once")]
    public async Task Facts_from_before_they_had_a_span_keep_their_trace_and_have_no_span()
    {
        using var folder = new TempFolder();
        Migration[] before = [.. Migrations.Of(StoreUnderTest.Options(folder), SqliteDialect.Instance).Where(m => m.Number != 6)];
        await using (var old = new DomainStore(StoreUnderTest.Options(folder), new FakeTimeProvider(), before))
        {
            await old.WriteAsync(tx => tx.ExecuteAsync(
                "INSERT INTO journal (occurred_at, type, subject, data, trace_id) VALUES (1, 'note.made', 'note/a', '{}', 'ab')"));
        }

        await using var store = new DomainStore(StoreUnderTest.Options(folder), new FakeTimeProvider());
        await store.WriteAsync(tx => tx.AppendFactAsync(Fact("b")));

        Assert.Equal(2, await store.ReadAsync(tx => tx.LastPositionAsync()));
        Assert.Equal([("ab", null), (null, null)], (await store.ReadAsync(tx => tx.FactsSinceAsync(0)))
            .Select(e => (e.TraceId, e.TraceParent)));
    }

    [Fact]
    public async Task Positions_follow_the_commits_and_an_undone_write_has_none()
    {
        await using var db = StoreUnderTest.Open();
        var first = await db.Store.WriteAsync(tx => tx.AppendFactAsync(Fact("a")));
        await Assert.ThrowsAsync<FormatException>(() => db.Store.WriteAsync(async tx =>
        {
            await tx.AppendFactAsync(Fact("undone"));
            throw new FormatException();
        }));
        var second = await db.Store.WriteAsync(tx => tx.AppendFactAsync(Fact("b")));
        await db.SettledAsync();

        Assert.True(first < second);
        Assert.Equal([(first, "note/a"), (second, "note/b")], (await db.Store.ReadAsync(tx => tx.FactsSinceAsync(0)))
            .Select(e => (e.Position, e.Fact.Subject)));
        Assert.Equal([second], (await db.Store.ReadAsync(tx => tx.FactsSinceAsync(first))).Select(e => e.Position));
    }

    [Theory]
    [InlineData("UPDATE journal SET type = 'forged'")]
    [InlineData("DELETE FROM journal")]
    public async Task What_was_written_stays_as_it_was_written(string forgery)
    {
        await using var db = StoreUnderTest.Open();
        await db.Store.WriteAsync(tx => tx.AppendFactAsync(Fact("a")));

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => db.Store.WriteAsync(tx => tx.ExecuteAsync(forgery)));

        Assert.Contains("append-only", refused.Message, StringComparison.Ordinal);
        await db.SettledAsync();
        Assert.Equal("note.made", Assert.Single(await db.Store.ReadAsync(tx => tx.FactsSinceAsync(0))).Fact.Type);
    }

    [Fact]
    [Trait("Store", "once")]
    public async Task Nor_does_it_give_way_to_a_row_of_the_same_position()
    {
        await using var db = StoreUnderTest.Open();
        await db.Store.WriteAsync(tx => tx.AppendFactAsync(Fact("a")));

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => db.Store.WriteAsync(tx => tx.ExecuteAsync(
            "REPLACE INTO journal (position, occurred_at, type, subject, data) VALUES (1, 0, 'forged', 'a/b', '{}')")));

        Assert.Contains("append-only", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("note.made", "note/a", "[1]", "data_is_a_json_object")]
    [InlineData("note.made", "note/a", "{", "data_is_a_json_object")]
    [InlineData("note.made", "a", "{}", "a_subject_is_kind_and_id")]
    [InlineData("", "note/a", "{}", "a_fact_has_a_type")]
    public async Task A_malformed_fact_is_refused(string type, string subject, string data, string expected)
    {
        await using var db = StoreUnderTest.Open();

        var refused = await Assert.ThrowsAnyAsync<Exception>(
            () => db.Store.WriteAsync(tx => tx.AppendFactAsync(new JournalFact { Type = type, Subject = subject, Data = data })));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    private static JournalFact Fact(string id) => new() { Type = "note.made", Subject = $"note/{id}" };
}
