using System.Reflection;

namespace OrionPlatform.AppHost;

/// <summary>An error a developer can mend ends the process with one sentence and exit code 1, not with a stack trace.</summary>
internal static class FatalErrors
{
    private static int s_installed;

    public static void ShowAsOneSentence()
    {
        if (EntryUsesThisEngine() && Interlocked.Exchange(ref s_installed, 1) == 0)
        {
            AppDomain.CurrentDomain.UnhandledException += (_, e) => Show(e.ExceptionObject);
        }
    }

    private static void Show(object error)
    {
        if (Sentence(error) is { } sentence)
        {
            Console.Error.WriteLine($"error: {sentence}");
            Environment.Exit(1);
        }
    }

    internal static string? Sentence(object error) => error switch
    {
        DistributedApplicationException e => e.Message,
        // GetValue<T> on a key whose value does not parse: the message names the key and the type.
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } e => $"{e.Message} {e.InnerException?.Message}".TrimEnd(),
        InvalidDataException e => $"{e.Message} {e.InnerException?.Message}".TrimEnd(),
        _ => null,
    };

    // A test host has error handling of its own.
    private static bool EntryUsesThisEngine() =>
        Assembly.GetEntryAssembly() is { } entry
        && (entry == OwnAssembly.Assembly || entry.GetReferencedAssemblies().Any(r => r.Name == OwnAssembly.Assembly.GetName().Name));
}
