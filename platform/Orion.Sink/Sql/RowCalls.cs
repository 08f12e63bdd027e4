using System.Runtime.InteropServices;

namespace Orion.Sink.Sql;

/// <summary>
/// What SQLite is asked for every row, some thirty times, called without SQLitePCL between: that counts a reference on the statement in
/// each call, which costs as much as the call itself. All else goes through SQLitePCL, which has loaded the library.
/// </summary>
/// <remarks>The statement must not be finalised meanwhile. Return codes are SQLite's.</remarks>
internal static partial class RowCalls
{
    /// <summary>SQLITE_TRANSIENT: SQLite makes a copy of its own before the call returns.</summary>
    public const nint Copied = -1;

    /// <summary>SQLITE_STATIC: SQLite reads the caller's memory, which must stay as it is until the statement has run.</summary>
    public const nint Static = 0;

    // The bundle's name for it: https://github.com/ericsink/SQLitePCL.raw.
    private const string Library = "e_sqlite3";

    /// <remarks>So short that the collector can wait for it; the connection has no mutex that it could wait for.</remarks>
    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    [SuppressGCTransition]
    public static partial int BindInt64(nint statement, int index, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    public static partial int BindText(nint statement, int index, ReadOnlySpan<byte> text, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    public static partial int BindBlob(nint statement, int index, ReadOnlySpan<byte> value, int length, nint destructor);

    [LibraryImport(Library, EntryPoint = "sqlite3_clear_bindings")]
    public static partial int ClearBindings(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    public static partial int Reset(nint statement);
}
