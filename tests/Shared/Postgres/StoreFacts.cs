namespace OrionPlatform.Tests;

/// <summary>
/// <c>[Fact]</c> of the projects whose tests run on both engines: in a run with PostgreSQL, where there is none, it is skipped and says how
/// to get one.
/// </summary>
internal class StoreFactAttribute : Xunit.FactAttribute
{
    public override string? Skip
    {
        get => base.Skip ?? Reason;
        set => base.Skip = value;
    }

    internal static string? Reason => StoreDatabase.IsPostgres ? PostgresServer.Missing : null;
}

/// <inheritdoc cref="StoreFactAttribute"/>
internal class StoreTheoryAttribute : Xunit.TheoryAttribute
{
    public override string? Skip
    {
        get => base.Skip ?? StoreFactAttribute.Reason;
        set => base.Skip = value;
    }
}

/// <summary>A test of what only PostgreSQL has; where there is none it is skipped, and says how to get one.</summary>
internal sealed class PostgresFactAttribute : Xunit.FactAttribute
{
    public PostgresFactAttribute() => Skip = PostgresServer.Missing;

    /// <summary>Whether it starts a server of its own, or runs a program that comes with one.</summary>
    public bool NeedsPrograms
    {
        get => Skip == PostgresServer.MissingPrograms;
        set => Skip = value ? PostgresServer.MissingPrograms : PostgresServer.Missing;
    }
}
