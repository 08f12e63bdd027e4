using System.Diagnostics;
using Orion.Store;
using Orion.Store.Journal;
using Orion.Store.Schema;

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
        Assert.Equal((1L, db.Time.GetUtcNow(), activity.Id, activity.TraceId.ToHexString()),
            (entry.Position, entry.OccurredAt, entry.TraceParent, entry.TraceId));
        Assert.Equal(("c-1", "tn_1", """{"slots":1}"""), (entry.CorrelationId, entry.Fact.TenantId, entry.Fact.Data));
    }

    [Fact]
    public async Task Facts_from_before_they_had_a_span_keep_their_trace_and_have_no_span()
    {
        using var folder = new TempFolder();
        Migration[] before = [.. Migrations.Of(StoreUnderTest.Options(folder)).Where(m => m.Number != 6)];
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
    public async Task Positions_follow_the_commits_and_leave_no_gap_where_a_write_was_undone()
    {
        await using var db = StoreUnderTest.Open();
        await db.Store.WriteAsync(tx => tx.AppendFactAsync(Fact("a")));
        await Assert.ThrowsAsync<FormatException>(() => db.Store.WriteAsync(async tx =>
        {
            await tx.AppendFactAsync(Fact("undone"));
            throw new FormatException();
        }));
        await db.Store.WriteAsync(tx => tx.AppendFactAsync(Fact("b")));

        Assert.Equal([(1L, "note/a"), (2L, "note/b")], (await db.Store.ReadAsync(tx => tx.FactsSinceAsync(0)))
            .Select(e => (e.Position, e.Fact.Subject)));
        Assert.Equal([2L], (await db.Store.ReadAsync(tx => tx.FactsSinceAsync(1))).Select(e => e.Position));
    }

    [Theory]
    [InlineData("UPDATE journal SET type = 'forged'")]
    [InlineData("DELETE FROM journal")]
    [InlineData("REPLACE INTO journal (position, occurred_at, type, subject, data) VALUES (1, 0, 'forged', 'a/b', '{}')")]
    public async Task What_was_written_stays_as_it_was_written(string forgery)
    {
        await using var db = StoreUnderTest.Open();
        await db.Store.WriteAsync(tx => tx.AppendFactAsync(Fact("a")));

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => db.Store.WriteAsync(tx => tx.ExecuteAsync(forgery)));

        Assert.Contains("append-only", refused.Message, StringComparison.Ordinal);
        Assert.Equal("note.made", Assert.Single(await db.Store.ReadAsync(tx => tx.FactsSinceAsync(0))).Fact.Type);
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
