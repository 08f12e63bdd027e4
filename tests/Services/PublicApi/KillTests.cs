using System.Data.Common;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Data.Sqlite;
using Orion.Sink.Reading;
using OrionPlatform.Tests;
using Xunit.Abstractions;

namespace OrionPlatform.Services.Tests;

/// <summary>
/// kill -9 of the api in the middle of its work: what was acknowledged is stored and audited, and what is lost is accounted for.
/// </summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int Clients = 4;

    // Each kill costs a process start; ORION_KILLS=50 runs the long form.
    private static readonly int s_kills = int.TryParse(Environment.GetEnvironmentVariable("ORION_KILLS"), out var kills) ? kills : 4;

    private readonly TempFolder _folder = new();
    private readonly List<string> _created = [];
    private readonly List<string> _released = [];
    private int _answers;

    [Fact]
    public async Task What_was_acknowledged_is_stored_and_audited_once_and_what_is_lost_is_accounted_for()
    {
        var random = new Random(7);
        for (var kill = 0; kill < s_kills; kill++)
        {
            await RunAndKillAsync(answers: random.Next(5, 120));
        }

        // The next run says what became of those before it.
        await using (var last = ServiceProcess.Api(_folder.Path))
        {
            await last.AddressAsync();
            await Eventually.TrueAsync(() => Column<string>(Store, "SELECT entry FROM audit_outbox").Count == 0, "every entry is copied");
        }

        AssertAudited();
        await AssertAccountedAsync();
    }

    public void Dispose() => _folder.Dispose();

    private DbConnection Store => StoreDatabase.Of(_folder.Path).Connection();

    private DbConnection Telemetry => File(_folder.File("telemetry/telemetry.db"));

    /// <summary>Every change that is in the store has one entry, acknowledged or not; and what was acknowledged is in the store.</summary>
    private void AssertAudited()
    {
        var stored = Column<string>(Store, "SELECT id FROM allocations ORDER BY id");
        var released = Column<string>(Store, "SELECT substr(subject, 12) FROM journal WHERE type = 'allocation.releasing' ORDER BY 1");
        Assert.Empty(_created.Except(stored));
        Assert.Empty(_released.Except(released));
        Assert.Equal(stored, Audited("allocation.requested"));
        Assert.Equal(released, Audited("allocation.release_requested"));
        output.WriteLine($"{s_kills} kills; {_created.Count} requests and {_released.Count} releases acknowledged, " +
            $"{stored.Count} and {released.Count} stored and audited");
    }

    /// <summary>Of every stream the rows that are there are those that the account says, and produced = stored + dropped.</summary>
    private async Task AssertAccountedAsync()
    {
        await using var reader = new TelemetryReader(_folder.File("telemetry"), TimeProvider.System);
        var reasons = await reader.LossReasonsAsync();
        var losses = (await reader.LossAsync()).Where(l => l.Process == "api").ToDictionary(l => l.Stream);
        foreach (var (stream, loss) in losses)
        {
            output.WriteLine($"{loss}");
            Assert.Equal((loss.Produced, 0), (loss.Stored + loss.SampledOut + loss.Dropped, loss.Buffered));
            Assert.Equal(loss.Dropped, reasons.Where(r => r.Process == "api" && r.Stream == stream).Sum(r => r.Rows));
        }

        foreach (var (stream, table) in (ReadOnlySpan<(string, string)>)
            [("lines", "canonical_lines"), ("spans", "spans"), ("logs", "logs")])
        {
            var files = Directory.GetFiles(_folder.File("telemetry"), "api*.db", SearchOption.AllDirectories);
            Assert.Equal(losses[stream].Stored, files.Sum(f => Column<long>(File(f), $"SELECT count(*) FROM {table}").Single()));
        }

        Assert.Equal(losses["audit"].Stored, Column<long>(Telemetry, "SELECT count(*) FROM audit_log").Single());
        Assert.Equal(losses["heartbeats"].Stored, Column<long>(Telemetry, "SELECT count(*) FROM worker_heartbeats").Single());

        // A request is handed over once its answer is written: at a kill, one a client may be in between.
        Assert.True(losses["lines"].Produced >= _answers - (Clients * s_kills), $"{_answers} answers, {losses["lines"]}");
        Assert.True(losses["lines"].Dropped > 0, "No kill took a line along that was not written yet.");
    }

    private List<string> Audited(string action) => Column<string>(
        Telemetry, $"SELECT json_extract(metadata, '$.allocation_id') FROM audit_log WHERE action = '{action}' ORDER BY 1");

    private async Task RunAndKillAsync(int answers)
    {
        var api = ServiceProcess.Api(_folder.Path, "--Orion:Sink:FlushInterval=00:00:00.5");
        var address = await api.AddressAsync();
        await Eventually.TrueAsync(() => System.IO.File.Exists(_folder.File("dev-keys.json")), "the demo tenants are there");
        var acme = ApiUnderTest.KeysIn(_folder.Path).GetProperty("acme");
        using var client = new HttpClient { BaseAddress = new Uri(address, $"v1/projects/{acme.GetProperty("projectId").GetString()}/") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", acme.GetProperty("apiKey").GetString());
        var until = Volatile.Read(ref _answers) + answers;
        var working = Enumerable.Range(0, Clients).Select(_ => Task.Run(() => WorkAsync(client))).ToList();
        await Eventually.TrueAsync(() => Volatile.Read(ref _answers) >= until
            || working.Any(w => w.IsCompleted), $"{answers} answers", TimeSpan.FromSeconds(60));
        Assert.DoesNotContain(working, w => w.IsCompleted);
        await api.KillAsync();
        await Task.WhenAll(working);
        await api.DisposeAsync();
    }

    /// <summary>Requests and gives back, until nobody answers any more.</summary>
    private async Task WorkAsync(HttpClient client)
    {
        try
        {
            while (true)
            {
                using var request = Calls.Post("""{"runtime":"sleeper","slots":1}""");
                using var made = await client.SendAsync(request);
                Assert.Equal(HttpStatusCode.Created, made.StatusCode);
                var id = (await Calls.JsonAsync(made)).GetProperty("id").GetString()!;
                Acknowledged(_created, id);
                using var given = await client.DeleteAsync(new Uri($"allocations/{id}", UriKind.Relative));
                Assert.Equal(HttpStatusCode.Accepted, given.StatusCode);
                Acknowledged(_released, id);
            }
        }
        catch (Exception killed) when (killed is HttpRequestException or IOException)
        {
            // What was on its way then was not acknowledged.
        }
    }

    private void Acknowledged(List<string> list, string id)
    {
        lock (list)
        {
            list.Add(id);
        }

        Interlocked.Increment(ref _answers);
    }

    private static SqliteConnection File(string path) => new($"Data Source={path};Mode=ReadOnly;Pooling=False");

    private static List<T> Column<T>(DbConnection database, string sql)
    {
        using var connection = database;
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        List<T> values = [];
        while (rows.Read())
        {
            values.Add(rows.GetFieldValue<T>(0));
        }

        return values;
    }
}
