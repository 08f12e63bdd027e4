using SQLitePCL;

namespace Orion.Cli.Querying;

/// <summary>Lets a statement read, and nothing else. The files are opened read-only as well; this says so before it is tried.</summary>
internal sealed class ReadOnlyGuard
{
    private static readonly string[] s_harmlessPragmas =
        ["table_info", "table_xinfo", "index_list", "index_info", "database_list", "table_list", "function_list", "compile_options"];

    // The provider keeps a weak hold only; without this field the callback would be collected while SQLite still calls it.
    private readonly strdelegate_authorizer _authorizer;

    public ReadOnlyGuard(sqlite3 connection)
    {
        // SQLite declares a table-valued function when it is first used, which the authorizer would see as a table being made.
        ReadOnlySpan<string> functions = ["json_each('[]')", "json_tree('[]')", .. s_harmlessPragmas.Select(p => $"pragma_{p}")];
        foreach (var function in functions)
        {
            _ = raw.sqlite3_exec(connection, $"SELECT 1 FROM {function} LIMIT 0");
        }

        _authorizer = Judge;
        raw.sqlite3_set_authorizer(connection, _authorizer, null);
    }

    /// <summary>What was refused last; null when nothing was.</summary>
    public string? Refused { get; private set; }

    private int Judge(object data, int action, string first, string second, string database, string within)
    {
        switch (action)
        {
            case raw.SQLITE_SELECT or raw.SQLITE_READ or raw.SQLITE_RECURSIVE:
            case raw.SQLITE_FUNCTION when second != "load_extension":
            case raw.SQLITE_PRAGMA when s_harmlessPragmas.Contains(first):
                return raw.SQLITE_OK;
            case raw.SQLITE_FUNCTION:
                Refused ??= $"the function {second}";
                return raw.SQLITE_DENY;
            case raw.SQLITE_PRAGMA:
                Refused ??= $"PRAGMA {first}";
                return raw.SQLITE_DENY;
            default:
                Refused ??= "";
                return raw.SQLITE_DENY;
        }
    }
}
