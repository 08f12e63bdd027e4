using System.Data.Common;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace OrionPlatform.Services.Tests;

/// <summary>A job's lease as its row has it.</summary>
/// <param name="JobId">The job.</param>
/// <param name="FencingToken">Of that lease.</param>
internal sealed record HeldLease(string JobId, long FencingToken);

/// <summary>Looks past the services at what there is: rows, facts, processes.</summary>
internal sealed class WorldReader(string? server, string file, string folder, string started)
{
    /// <summary>The leases that a worker has.</summary>
    public async Task<IReadOnlyList<HeldLease>> LeasesAsync(int worker) => await RowsAsync(
        $"SELECT id, fencing_token FROM jobs WHERE state = 'leased' AND owner LIKE '%telemetry-worker-{worker}%'",
        row => new HeldLease(row.GetString(0), row.GetInt64(1)));

    /// <summary>Those that have ended: the job is done, or is another's.</summary>
    public async Task<int> EndedAsync(IReadOnlyList<HeldLease> leases)
    {
        var now = await RowsAsync(
            "SELECT id, fencing_token FROM jobs", row => new HeldLease(row.GetString(0), row.GetInt64(1)));
        return leases.Except(now).Count();
    }

    /// <summary>What is still to be done, and jobs that were given up; empty when nothing is.</summary>
    public async Task<IReadOnlyList<string>> PendingAsync() => await RowsAsync(
        """
        SELECT 'job ' || kind || ' of ' || subject || ' is ' || state FROM jobs WHERE kind LIKE 'allocation.%'
        UNION ALL SELECT id || ' is ' || state FROM allocations WHERE state IN ('requested', 'provisioning', 'releasing')
        UNION ALL SELECT kind || ' of ' || allocation_id || ' is ' || state FROM node_tasks WHERE state IN ('ready', 'leased')
        """,
        row => row.GetString(0));

    /// <summary>Whether somebody writes to the file just now.</summary>
    public bool IsFileHeld()
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False;Default Timeout=1");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE; ROLLBACK";
        try
        {
            command.ExecuteNonQuery();
            return false;
        }
        catch (SqliteException busy) when (busy.SqliteErrorCode == SQLitePCL.raw.SQLITE_BUSY)
        {
            return true;
        }
    }

    public async Task<FoundWorld> ReadAsync()
    {
        var tenants = (await RowsAsync("SELECT id, slug FROM tenants", row => (Id: row.GetString(0), Slug: row.GetString(1))))
            .ToDictionary(t => t.Id, t => t.Slug);
        return new FoundWorld
        {
            Steps = await RowsAsync(
                "SELECT subject, type, tenant_id, data, correlation_id FROM journal WHERE subject LIKE 'allocation/%' ORDER BY position",
                row => new JournalStep(
                    row.GetString(0)["allocation/".Length..],
                    row.GetString(1)["allocation.".Length..],
                    tenants[row.GetString(2)],
                    JsonDocument.Parse(row.GetString(3)).RootElement.GetProperty("slots").GetInt32(),
                    row.IsDBNull(4) ? null : row.GetString(4))),
            States = (await RowsAsync("SELECT id, state FROM allocations", row => (Id: row.GetString(0), State: row.GetString(1))))
                .ToDictionary(a => a.Id, a => a.State),
            Started = File.Exists(started) ? await File.ReadAllLinesAsync(started) : [],
            Running = WorkloadProcesses.AllocationsIn(folder),
        };
    }

    private async Task<List<T>> RowsAsync<T>(string sql, Func<DbDataReader, T> map)
    {
        await using DbConnection connection = server is null
            ? new SqliteConnection($"Data Source={file};Pooling=False")
            : new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        List<T> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add(map(reader));
        }

        return rows;
    }
}
