using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Orion.Store.Sql;

/// <summary>
/// Binds an object's properties: <c>TenantId</c>, <c>tenantId</c> and <c>tenant_id</c> all bind <c>@tenant_id</c>. Times are stored as
/// INTEGER unix milliseconds, durations as INTEGER milliseconds, booleans as 0 and 1, enums as snake_case text; <see cref="RowReader"/>
/// reads them back.
/// </summary>
internal static class SqlParameters
{
    // Bounded by the number of types in the program that are passed as arguments.
    private static readonly ConcurrentDictionary<Type, (string[] Names, PropertyInfo Property)[]> s_bindings = new();

    public static void Bind(SqliteCommand command, object? args)
    {
        command.Parameters.Clear();
        if (args is null)
        {
            return;
        }

        foreach (var (names, property) in s_bindings.GetOrAdd(args.GetType(), Bindings))
        {
            var value = Stored(property.GetValue(args), property.Name);
            foreach (var name in names)
            {
                command.Parameters.AddWithValue(name, value);
            }
        }
    }

    public static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsAsciiLetterUpper(name[i]) && i > 0 && name[i - 1] != '_' && !char.IsAsciiLetterUpper(name[i - 1]))
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    private static (string[] Names, PropertyInfo Property)[] Bindings(Type type) =>
        [.. from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            where property.CanRead && property.GetIndexParameters().Length == 0
            let snake = "@" + SnakeCase(property.Name)
            select (new[] { snake, "@" + property.Name }.Distinct().ToArray(), property)];

    private static object Stored(object? value, string name) => value switch
    {
        null => DBNull.Value,
        string or long or int or double or byte[] => value,
        DateTimeOffset time => time.ToUnixTimeMilliseconds(),
        TimeSpan duration => (long)duration.TotalMilliseconds,
        bool flag => flag ? 1L : 0L,
        Enum member => SnakeCase(member.ToString()),
        short or byte or float or uint => Convert.ToDouble(value) is var number && number == Math.Floor(number) ? (long)number : number,
        _ => throw new ArgumentException(
            $"Parameter '{name}' is a {value.GetType().Name}, which the store does not keep. "
            + "Times are DateTimeOffset; lists go as JSON through json_each.",
            nameof(value)),
    };
}
