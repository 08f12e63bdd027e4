using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Orion.Store;
using Orion.Store.Analyzers;

namespace Orion.Store.Tests;

/// <summary>What a closure awaits is checked when it is compiled.</summary>
[Trait("Store", "once")]
public sealed class ClosureAwaitAnalyzerTests
{
    private static readonly MetadataReference[] s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p) is "netstandard.dll" or ['S', 'y', 's', 't', 'e', 'm', '.', ..])
            .Select(p => MetadataReference.CreateFromFile(p)),
        MetadataReference.CreateFromFile(typeof(DomainStore).Assembly.Location),
    ];

    [Theory]
    [InlineData("WriteAsync(async tx => { await tx.ExecuteAsync(\"x\"); await Task.Delay(1); })", "Task.Delay(1)")]
    [InlineData("WriteAsync(async tx => { await Task.Delay(1).ConfigureAwait(false); })", "Task.Delay(1)")]
    [InlineData("ReadAsync(async tx => (await http.GetStringAsync(\"x\")).Length)", "http.GetStringAsync(\"x\")")]
    [InlineData("WriteAsync(async delegate(WriteTransaction tx) { await Task.Yield(); await Other(1); })", "Task.Yield() | Other(1)")]
    [InlineData("WriteAsync(async tx => { await store.VersionAsync(); })", "store.VersionAsync()")]
    [InlineData("WriteAsync(async tx => { await store.ReadAsync(Ask); })", "store.ReadAsync(Ask)")]
    [InlineData("WriteAsync(async tx => { var n = await (flag ? tx.ExecuteAsync(\"x\") : Other(2)); })", "Other(2)")]
    [InlineData("WriteAsync(Write); async Task Write(WriteTransaction tx) => await Other(3)", "Other(3)")]
    [InlineData("WriteAsync(async tx => await Helper(tx))", "")]
    [InlineData("WriteAsync(async tx => { await Task.WhenAll(tx.ExecuteAsync(\"x\"), tx.ExecuteAsync(\"y\")); })", "")]
    [InlineData("WriteAsync(async tx => { await new Notes(tx).SaveAsync(); var n = new Notes(tx); await n.SaveAsync(); })", "")]
    [InlineData("WriteAsync(async tx => { var asked = tx.ExecuteAsync(\"x\"); await asked; await Task.FromResult(1); })", "")]
    [InlineData("WriteAsync(async tx => { await One(); async Task One() => await tx.ExecuteAsync(\"x\"); })", "")]
    [InlineData("WriteAsync(async tx => { await tx.ExecuteAsync(\"x\"); }); await Task.Delay(1)", "")]
    [InlineData("WriteAsync(async tx => { await tx.ExecuteAsync(\"x\"); Func<Task> later = async () => await Task.Delay(1); })", "")]
    public async Task What_is_not_the_transactions_is_refused_by_name(string call, string refused)
    {
        var found = await DiagnosticsAsync($$"""
            using System; using System.Net.Http; using System.Threading.Tasks; using Orion.Store;
            public sealed class Notes(WriteTransaction tx)
            {
                public Task SaveAsync() => tx.ExecuteAsync("x");
                public async Task SaveTwiceAsync() { await SaveAsync(); await SaveAsync(); }
            }
            public static class Code
            {
                public static async Task RunAsync(DomainStore store, HttpClient http, bool flag) { await store.{{call}}; }
                private static Task<int> Other(int n) => Task.FromResult(n);
                private static Task<int> Ask(ReadTransaction tx) => tx.QuerySingleOrDefaultAsync<int>("x");
                private static async Task Helper(WriteTransaction tx) => await tx.ExecuteAsync("x");
            }
            """);

        Assert.All(found, d => Assert.Equal((ClosureAwaitAnalyzer.Id, DiagnosticSeverity.Error), (d.Id, d.Severity)));
        Assert.Equal(refused, string.Join(" | ", found.Select(d => d.Location.SourceTree!.GetText().ToString(d.Location.SourceSpan))));
    }

    [Fact]
    public async Task A_helper_with_a_transaction_among_its_parameters_is_held_to_the_same()
    {
        var found = await DiagnosticsAsync("""
            using System.Threading.Tasks; using Orion.Store;
            public static class Code
            {
                public static async Task SaveAsync(this WriteTransaction tx, string note)
                {
                    await Task.Delay(1);
                    await tx.ExecuteAsync(note);
                }
            }
            """);

        Assert.Equal("'Task.Delay(1)' is awaited within a transaction, which would hold others up: await it before or after",
            Assert.Single(found).GetMessage(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static async Task<IReadOnlyList<Diagnostic>> DiagnosticsAsync(string source)
    {
        var compilation = CSharpCompilation.Create(
            "closures",
            [CSharpSyntaxTree.ParseText(source)],
            s_references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
        var found = await compilation.WithAnalyzers([new ClosureAwaitAnalyzer()]).GetAnalyzerDiagnosticsAsync();
        return [.. found.OrderBy(d => d.Location.SourceSpan.Start)];
    }
}
