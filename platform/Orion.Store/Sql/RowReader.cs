using System.Collections.Concurrent;
using System.Data.Common;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;

namespace Orion.Store.Sql;

/// <summary>
/// Makes rows into records, by column name (snake_case matches PascalCase): constructor parameters first, then settable properties. A
/// parameter or required property without a column is an error; a column without a member is not. Scalars and tuples read by position.
/// </summary>
/// <remarks>
/// Cells are read as the member's type, never as the type of the first row's value, as a mapper that asks the reader for its column types
/// must do on SQLite: there a NULL in the first row changes what an expression column seems to be.
/// </remarks>
internal static class RowReader
{
    private static readonly MethodInfo s_cell = typeof(RowReader).GetMethod(nameof(Cell), BindingFlags.NonPublic | BindingFlags.Static)!;

    // Bounded by the row types of the program times the column lists of its statements.
    private static readonly ConcurrentDictionary<(Type Type, string Columns), Delegate> s_readers = new();

    public static Func<DbDataReader, T> For<T>(DbDataReader reader)
    {
        var columns = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
        return (Func<DbDataReader, T>)s_readers.GetOrAdd((typeof(T), string.Join(',', columns)), _ => Compile<T>(columns));
    }

    private static Func<DbDataReader, T> Compile<T>(string[] columns)
    {
        var type = typeof(T);
        if (IsScalar(type))
        {
            return reader => Cell<T>(reader, 0);
        }

        var row = Expression.Parameter(typeof(DbDataReader));
        var byPosition = typeof(ITuple).IsAssignableFrom(type) && type.IsValueType;
        var constructor = type.GetConstructors(BindingFlags.Public | BindingFlags.Instance).OrderByDescending(c => c.GetParameters().Length)
            .FirstOrDefault()
            ?? throw new InvalidOperationException($"{type.Name} has no public constructor to make a row with.");
        var arguments = constructor.GetParameters()
            .Select(Expression (p) =>
                (Expression?)Read(row, byPosition ? p.Position : Find(columns, p.Name!), p.ParameterType)
                    ?? Default(type, p))
            .ToArray();
        var taken = byPosition ? [] : constructor.GetParameters().Select(p => Plain(p.Name!)).ToHashSet(StringComparer.Ordinal);
        var bindings = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.SetMethod is { IsPublic: true } && !taken.Contains(Plain(p.Name)))
            .Select(p => (Property: p, Value: Read(row, Find(columns, p.Name), p.PropertyType)))
            .Where(p => p.Value is not null
                || (p.Property.IsDefined(typeof(RequiredMemberAttribute)) ? throw Missing(type, p.Property.Name) : false))
            .Select(p => Expression.Bind(p.Property, p.Value!));
        return Expression.Lambda<Func<DbDataReader, T>>(Expression.MemberInit(Expression.New(constructor, arguments), bindings), row)
            .Compile();
    }

    private static MethodCallExpression? Read(ParameterExpression row, int column, Type type) =>
        column < 0 ? null : Expression.Call(s_cell.MakeGenericMethod(type), row, Expression.Constant(column));

    private static ConstantExpression Default(Type type, ParameterInfo parameter) =>
        parameter.HasDefaultValue
            ? Expression.Constant(parameter.DefaultValue, parameter.ParameterType)
            : throw Missing(type, parameter.Name!);

    private static InvalidOperationException Missing(Type type, string member) =>
        new($"The query returns no column for {type.Name}.{member} ({SqlParameters.SnakeCase(member)}).");

    private static int Find(string[] columns, string member) => Array.FindIndex(columns, c => Plain(c) == Plain(member));

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    private static bool IsScalar(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(byte[]) || type == typeof(DateTimeOffset)
            || type == typeof(TimeSpan);
    }

    private static T Cell<T>(DbDataReader reader, int column)
    {
        if (reader.IsDBNull(column))
        {
            return default(T) is null
                ? default!
                : throw new InvalidCastException($"Column '{reader.GetName(column)}' is NULL, which {typeof(T).Name} cannot be.");
        }

        var type = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        object value =
            type == typeof(string) ? reader.GetString(column)
            : type == typeof(long) ? Integer(reader, column)
            : type == typeof(int) ? checked((int)Integer(reader, column))
            : type == typeof(bool) ? (IsBoolean(reader, column) ? reader.GetBoolean(column) : reader.GetInt64(column) != 0)
            : type == typeof(double) ? reader.GetDouble(column)
            : type == typeof(DateTimeOffset) ? DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(column))
            : type == typeof(TimeSpan) ? TimeSpan.FromMilliseconds(reader.GetInt64(column))
            : type == typeof(byte[]) ? reader.GetFieldValue<byte[]>(column)
            : type.IsEnum ? Enum.Parse(type, Plain(reader.GetString(column)), ignoreCase: true)
            : throw new InvalidOperationException($"Column '{reader.GetName(column)}' cannot be read as {type.Name}.");
        return (T)value;
    }

    // EXISTS and comparisons are numbers on SQLite, and may be read as such everywhere.
    private static long Integer(DbDataReader reader, int column) =>
        IsBoolean(reader, column) ? (reader.GetBoolean(column) ? 1 : 0) : reader.GetInt64(column);

    private static bool IsBoolean(DbDataReader reader, int column) =>
        reader is not SqliteDataReader && reader.GetFieldType(column) == typeof(bool);
}
