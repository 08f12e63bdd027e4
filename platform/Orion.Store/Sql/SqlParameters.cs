using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Reflection;
using System.Text;

namespace Orion.Store.Sql;

/// <summary>
/// Binds an object's properties: <c>TenantId</c>, <c>tenantId</c> and <c>tenant_id</c> all bind <c>@tenant_id</c>. Times are stored as
/// unix milliseconds, durations as milliseconds, booleans as such or as 0 and 1, enums as snake_case text; <see cref="RowReader"/> reads
/// them back.
/// </summary>
internal static class SqlParameters
{
    // Bounded by the number of types in the program that are passed as arguments.
    private static readonly ConcurrentDictionary<Type, (string[] Names, DbType Type, PropertyInfo Property)[]> s_bindings = new();

    public static void Bind(DbCommand command, object? args, Dialect dialect)
    {
        command.Parameters.Clear();
        if (args is null)
        {
            return;
        }

        foreach (var (names, type, property) in s_bindings.GetOrAdd(args.GetType(), Bindings))
        {
            var value = Stored(property.GetValue(args), property.Name, dialect);
            foreach (var name in names)
            {
                var parameter = command.CreateParameter();
                (parameter.ParameterName, parameter.Value) = (name, value);
                if (type != DbType.Object && dialect.HasBooleans)
                {
                    // A NULL says nothing of its type, which PostgreSQL wants to know.
                    parameter.DbType = type;
                }

                command.Parameters.Add(parameter);
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

    private static (string[] Names, DbType Type, PropertyInfo Property)[] Bindings(Type type) =>
        [.. from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            where property.CanRead && property.GetIndexParameters().Length == 0
            let snake = "@" + SnakeCase(property.Name)
            select (new[] { snake, "@" + property.Name }.Distinct().ToArray(), TypeOf(property.PropertyType), property)];

    private static DbType TypeOf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) || type.IsEnum ? DbType.String
            : type == typeof(long) || type == typeof(DateTimeOffset) || type == typeof(TimeSpan) ? DbType.Int64
            : type == typeof(int) ? DbType.Int32
            : type == typeof(bool) ? DbType.Boolean
            : type == typeof(double) ? DbType.Double
            : type == typeof(byte[]) ? DbType.Binary
            : DbType.Object;
    }

    private static object Stored(object? value, string name, Dialect dialect) => value switch
    {
        null => DBNull.Value,
        string or long or int or double or byte[] => value,
        DateTimeOffset time => time.ToUnixTimeMilliseconds(),
        TimeSpan duration => (long)duration.TotalMilliseconds,
        bool flag => dialect.HasBooleans ? flag : flag ? 1L : 0L,
        Enum member => SnakeCase(member.ToString()),
        short or byte or float or uint => Convert.ToDouble(value) is var number && number == Math.Floor(number) ? (long)number : number,
        _ => throw new ArgumentException(
            $"Parameter '{name}' is a {value.GetType().Name}, which the store does not keep. "
            + "Times are DateTimeOffset; lists go as JSON through Dialect.Values.",
            nameof(value)),
    };
}
