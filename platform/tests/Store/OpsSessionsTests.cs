using Orion.Store.OpsAccess;

namespace Orion.Store.Tests;

public sealed class OpsSessionsTests
{
    [Fact]
    public async Task A_login_token_is_redeemed_once_however_many_try()
    {
        await using var db = StoreUnderTest.Open();
        await using var other = db.Beside();
        var sessions = new OpsSessions(db.Store);
        var token = await sessions.CreateLoginTokenAsync("Ada", "operator", TimeSpan.FromMinutes(10));

        var tries = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(i => new OpsSessions((i % 2 == 0 ? db : other).Store).RedeemAsync(token)));

        var signIn = Assert.Single(tries, t => t is not null)!;
        Assert.Equal(("Ada", "operator"), (signIn.Session.Name, signIn.Session.Role));
        Assert.Equal(signIn.Session, await sessions.AuthenticateAsync(signIn.Secret));
    }

    [Fact]
    public async Task Expired_unknown_and_malformed_tokens_give_no_session()
    {
        await using var db = StoreUnderTest.Open();
        var sessions = new OpsSessions(db.Store);
        var token = await sessions.CreateLoginTokenAsync("Ada", "admin", TimeSpan.FromMinutes(10));
        db.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Null(await sessions.RedeemAsync(token));
        Assert.Null(await sessions.RedeemAsync("no such token at all"));
        Assert.Null(await sessions.RedeemAsync(""));
        Assert.Null(await sessions.RedeemAsync(new string('x', 100_000)));
    }

    [Fact]
    public async Task A_token_that_was_handed_over_works_until_it_was_used()
    {
        await using var db = StoreUnderTest.Open();
        var sessions = new OpsSessions(db.Store);
        const string Token = "handed-over-by-the-host";
        await sessions.EnsureLoginTokenAsync(Token, "admin", "admin", TimeSpan.FromHours(1));
        db.Time.Advance(TimeSpan.FromHours(2));
        await sessions.EnsureLoginTokenAsync(Token, "admin", "admin", TimeSpan.FromHours(1));
        Assert.NotNull(await sessions.RedeemAsync(Token));

        await sessions.EnsureLoginTokenAsync(Token, "admin", "admin", TimeSpan.FromHours(1));
        db.Time.Advance(TimeSpan.FromDays(30));
        await sessions.RedeemAsync("someone else, who has the old rows swept");
        await sessions.EnsureLoginTokenAsync(Token, "admin", "admin", TimeSpan.FromHours(1));
        Assert.Null(await sessions.RedeemAsync(Token));
    }

    [Fact]
    public async Task Someone_may_be_signed_in_without_a_role()
    {
        await using var db = StoreUnderTest.Open();
        var sessions = new OpsSessions(db.Store);
        var signIn = await sessions.RedeemAsync(await sessions.CreateLoginTokenAsync("Bob", null, TimeSpan.FromMinutes(1)));

        Assert.Null((await sessions.AuthenticateAsync(signIn!.Secret))!.Role);
    }

    [Fact]
    public async Task A_session_idles_out_and_ends_after_a_day_even_in_use()
    {
        await using var db = StoreUnderTest.Open();
        var sessions = new OpsSessions(db.Store);
        var idle = (await sessions.RedeemAsync(await sessions.CreateLoginTokenAsync("Ada", "viewer", TimeSpan.FromMinutes(1))))!.Secret;
        var used = (await sessions.RedeemAsync(await sessions.CreateLoginTokenAsync("Bob", "viewer", TimeSpan.FromMinutes(1))))!.Secret;
        for (var hour = 0; hour < 23; hour++)
        {
            db.Time.Advance(TimeSpan.FromHours(1));
            Assert.NotNull(await sessions.AuthenticateAsync(used));
        }

        Assert.Null(await sessions.AuthenticateAsync(idle));
        Assert.False(await sessions.SetTabAsync(idle, "traces", null));
        db.Time.Advance(TimeSpan.FromHours(1));
        Assert.Null(await sessions.AuthenticateAsync(used));
    }

    [Fact]
    public async Task An_ended_session_is_over()
    {
        await using var db = StoreUnderTest.Open();
        var sessions = new OpsSessions(db.Store);
        var secret = (await sessions.RedeemAsync(await sessions.CreateLoginTokenAsync("Ada", "viewer", TimeSpan.FromMinutes(1))))!.Secret;
        await sessions.EndAsync(secret);

        Assert.Null(await sessions.AuthenticateAsync(secret));
        Assert.Null(await sessions.AuthenticateAsync("guess-guess-guess-guess"));
    }

    [Fact]
    public async Task The_active_tab_is_the_sessions_own()
    {
        await using var db = StoreUnderTest.Open();
        var sessions = new OpsSessions(db.Store);
        var one = (await sessions.RedeemAsync(await sessions.CreateLoginTokenAsync("Ada", "viewer", TimeSpan.FromMinutes(1))))!.Secret;
        var two = (await sessions.RedeemAsync(await sessions.CreateLoginTokenAsync("Ada", "viewer", TimeSpan.FromMinutes(1))))!.Secret;
        Assert.True(await sessions.SetTabAsync(one, "logs", "level=error"));

        var seen = await sessions.AuthenticateAsync(one);
        Assert.Equal(("logs", "level=error"), (seen!.Tab, seen.TabParameters));
        Assert.Null((await sessions.AuthenticateAsync(two))!.Tab);
        await Assert.ThrowsAsync<ArgumentException>(() => sessions.SetTabAsync(one, "logs", new string('x', 2001)));
    }

    [Fact]
    public async Task Tokens_and_secrets_are_not_in_the_database_and_wrong_roles_are_refused()
    {
        await using var db = StoreUnderTest.Open();
        var sessions = new OpsSessions(db.Store);
        var token = await sessions.CreateLoginTokenAsync("Ada", "viewer", TimeSpan.FromMinutes(1));
        var secret = (await sessions.RedeemAsync(token))!.Secret;
        await Assert.ThrowsAsync<ArgumentException>(() => sessions.CreateLoginTokenAsync("Ada", "emperor", TimeSpan.FromMinutes(1)));
        await Assert.ThrowsAsync<ArgumentException>(() => sessions.EnsureLoginTokenAsync("short", "Ada", "admin", TimeSpan.FromMinutes(1)));
        await db.Store.DisposeAsync();

        var bytes = await db.StoredAsync();
        Assert.DoesNotContain(token, bytes, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, bytes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_admin_lists_the_live_sessions_and_ends_one_by_its_id()
    {
        await using var db = StoreUnderTest.Open();
        var sessions = new OpsSessions(db.Store);
        var ada = (await sessions.RedeemAsync(await sessions.CreateLoginTokenAsync("Ada", "admin", TimeSpan.FromMinutes(1))))!;
        db.Time.Advance(TimeSpan.FromSeconds(1));
        var bob = (await sessions.RedeemAsync(await sessions.CreateLoginTokenAsync("Bob", "viewer", TimeSpan.FromMinutes(1))))!;
        Assert.Equal(["Bob", "Ada"], (await sessions.ListAsync()).Select(s => s.Name));

        Assert.True(await sessions.EndByIdAsync(bob.Session.Id));
        Assert.False(await sessions.EndByIdAsync(bob.Session.Id));
        Assert.Null(await sessions.AuthenticateAsync(bob.Secret));
        Assert.Null(await sessions.FindAsync(bob.Session.Id));
        Assert.Equal(["Ada"], (await sessions.ListAsync()).Select(s => s.Name));

        // To be looked for does not keep a session from idling out.
        db.Time.Advance(OpsSessions.IdleTimeout - TimeSpan.FromMinutes(1));
        Assert.Equal(ada.Session, await sessions.FindAsync(ada.Session.Id));
        db.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await sessions.FindAsync(ada.Session.Id));
        Assert.Empty(await sessions.ListAsync());
    }
}
