using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orion.Store.Journal;
using OrionPlatform.Api;
using OrionPlatform.Domain;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>A live stream on which nothing happens, on a clock that the test moves.</summary>
public sealed class QuietStreamTests : IDisposable
{
    private readonly DomainUnderTest _domain = new();
    private readonly Pipe _body = new();
    private readonly StringBuilder _read = new();

    public void Dispose() => _domain.Dispose();

    [Fact]
    public async Task It_says_that_it_is_still_there_and_ends_by_itself_for_a_key_that_is_revoked()
    {
        var members = new Members(_domain.Store);
        var tenant = await members.EnsureTenantAsync("acme");
        var caller = (await members.AuthenticateAsync(tenant.ApiKey!))!;
        var asked = new AllocationRequest
        {
            TenantId = tenant.TenantId,
            Tenant = "acme",
            ProjectId = tenant.ProjectId,
            Runtime = "sleeper",
            Slots = 1,
        };
        var allocation = await _domain.Store.WriteAsync(tx => Allocations.RequestAsync(tx, asked));
        var lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        using var pulse = new JournalNotifier(_domain.Store, _domain.Time, NullLogger<JournalNotifier>.Instance);
        await pulse.StartAsync(CancellationToken.None);
        var options = Options.Create(new LiveOptions { Life = TimeSpan.FromHours(1) });
        var live = new LiveAllocation(_domain.Store, members, pulse, options, lifetime, _domain.Time);
        var http = new DefaultHttpContext();
        http.Items[typeof(Principal)] = caller;
        http.Response.Body = _body.Writer.AsStream();

        var handling = live.HandleAsync(http, tenant.ProjectId, allocation.Id);
        await SaysAsync("\"requested\"");
        await SaysAsync(": still here\n\n");
        await members.RevokeApiKeyAsync(caller.ApiKeyId);
        await Eventually.TrueAsync(() => Tick(() => handling.IsCompleted), "the stream has ended");

        await handling;
        Assert.Equal((0, false), (live.Open, pulse.IsWatched));
        await pulse.StopAsync(CancellationToken.None);
    }

    private Task SaysAsync(string text) => Eventually.TrueAsync(
        () => Tick(() =>
        {
            while (_body.Reader.TryRead(out var result) && result.Buffer.Length > 0)
            {
                _read.Append(Encoding.UTF8.GetString(result.Buffer));
                _body.Reader.AdvanceTo(result.Buffer.End);
            }

            return _read.ToString().Contains(text, StringComparison.Ordinal);
        }),
        text);

    /// <summary>Lets a second pass.</summary>
    private bool Tick(Func<bool> isSo)
    {
        _domain.Time.Advance(TimeSpan.FromSeconds(1));
        return isSo();
    }
}
