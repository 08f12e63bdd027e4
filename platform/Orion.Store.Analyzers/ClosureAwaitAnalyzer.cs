using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Orion.Store.Analyzers;

/// <summary>
/// A closure of the store awaits its transaction's own calls and nothing else: others wait for it meanwhile. The store refuses one that
/// does when it runs; this refuses what can be seen to when it is compiled. Closures are lambdas, local functions and methods with a
/// parameter that is a transaction, and what they call with it. An awaited call that has to do with a transaction in some way passes, so
/// what this reports is wrong, and what it does not report may be wrong.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ClosureAwaitAnalyzer : DiagnosticAnalyzer
{
    /// <summary>The rule's name.</summary>
    public const string Id = "ORION001";

    private const string TransactionType = "Orion.Store.ReadTransaction";
    private const string StoreType = "DomainStore";

    private static readonly DiagnosticDescriptor s_rule = new(
        Id,
        "A closure of the store awaits something else",
        "'{0}' is awaited within a transaction, which would hold others up: await it before or after",
        "Reliability",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true,
        description: "A closure of WriteAsync or ReadAsync awaits its transaction's own calls and nothing else.");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(s_rule);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            // The store's own code awaits its engines within a transaction.
            if (start.Compilation.GetTypeByMetadataName(TransactionType) is { } transaction
                && !SymbolEqualityComparer.Default.Equals(transaction.ContainingAssembly, start.Compilation.Assembly))
            {
                start.RegisterSyntaxNodeAction(c => Check(c, transaction), SyntaxKind.AwaitExpression);
            }
        });
    }

    private static void Check(SyntaxNodeAnalysisContext context, INamedTypeSymbol transaction)
    {
        var awaited = ((AwaitExpressionSyntax)context.Node).Expression;
        if (!IsInClosure(context, transaction))
        {
            return;
        }

        foreach (var call in CallsOf(awaited))
        {
            if (!IsOver(call, context) && !HasToDoWith(call, transaction, context))
            {
                context.ReportDiagnostic(Diagnostic.Create(s_rule, call.GetLocation(), Shortened(call.ToString())));
            }
        }
    }

    /// <summary>Whether the nearest function around it has a transaction among its parameters.</summary>
    private static bool IsInClosure(SyntaxNodeAnalysisContext context, INamedTypeSymbol transaction)
    {
        var function = context.Node.Ancestors().FirstOrDefault(static n =>
            n is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or BaseMethodDeclarationSyntax);
        var symbol = function is AnonymousFunctionExpressionSyntax
            ? context.SemanticModel.GetSymbolInfo(function, context.CancellationToken).Symbol
            : function is null ? null : context.SemanticModel.GetDeclaredSymbol(function, context.CancellationToken);
        return symbol is IMethodSymbol method && method.Parameters.Any(p => Is(p.Type, transaction));
    }

    /// <summary>The calls that an awaited expression waits for; none where it is a variable.</summary>
    private static IEnumerable<InvocationExpressionSyntax> CallsOf(ExpressionSyntax awaited) => awaited switch
    {
        ParenthesizedExpressionSyntax inner => CallsOf(inner.Expression),
        ConditionalExpressionSyntax choice => CallsOf(choice.WhenTrue).Concat(CallsOf(choice.WhenFalse)),
        SwitchExpressionSyntax choice => choice.Arms.SelectMany(static a => CallsOf(a.Expression)),
        InvocationExpressionSyntax
        {
            Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" } configured
        } => CallsOf(configured.Expression),
        InvocationExpressionSyntax call => [call],
        _ => [],
    };

    /// <summary>Whether it is a task that is completed already.</summary>
    private static bool IsOver(InvocationExpressionSyntax call, SyntaxNodeAnalysisContext context) =>
        context.SemanticModel.GetSymbolInfo(call, context.CancellationToken).Symbol is IMethodSymbol
        {
            Name: "FromResult" or "FromException" or "FromCanceled", ContainingType.Name: "Task" or "ValueTask"
        };

    /// <summary>
    /// Whether a transaction is its receiver or among its arguments, however deep, or the receiver may have one: an object that was given
    /// it, a function of the closure's own that sees it.
    /// </summary>
    private static bool HasToDoWith(InvocationExpressionSyntax call, INamedTypeSymbol transaction, SyntaxNodeAnalysisContext context) =>
        context.SemanticModel.GetSymbolInfo(call, context.CancellationToken).Symbol switch
        {
            // It does not compile, or what it calls is known only when it runs.
            not IMethodSymbol => true,
            IMethodSymbol { MethodKind: MethodKind.LocalFunction or MethodKind.DelegateInvoke } => true,

            // A transaction of its own is another one.
            IMethodSymbol { ContainingType.Name: StoreType } => false,
            IMethodSymbol method when IsMadeOf(method.ContainingType, transaction) => true,
            _ => call.DescendantNodes().OfType<ExpressionSyntax>().Any(e =>
                context.SemanticModel.GetTypeInfo(e, context.CancellationToken).Type is { } type
                && (Is(type, transaction) || IsMadeOf(type, transaction))),
        };

    /// <summary>Whether it is given a transaction when it is made.</summary>
    private static bool IsMadeOf(ITypeSymbol type, INamedTypeSymbol transaction) =>
        type is INamedTypeSymbol named && named.InstanceConstructors.Any(c => c.Parameters.Any(p => Is(p.Type, transaction)));

    private static bool Is(ITypeSymbol? type, INamedTypeSymbol transaction)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(type, transaction))
            {
                return true;
            }
        }

        return false;
    }

    private static string Shortened(string text)
    {
        const int longest = 60;
        var line = text.Split('\n')[0].TrimEnd();
        return line.Length <= longest ? line : line.Substring(0, longest) + "...";
    }
}
