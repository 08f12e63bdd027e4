namespace Orion.Redaction;

/// <summary>
/// A redaction rule of the application's own, next to the built-in ones: <c>services.AddSingleton&lt;IRedactionRule, ...&gt;()</c>. It sees
/// every value that is stored, logged or exported, on the thread that made it, so it must be quick and linear in the value's length.
/// </summary>
public interface IRedactionRule
{
    /// <summary>
    /// The text with what must not be kept replaced by <see cref="Sanitizer.Redacted"/>; the same instance when there is nothing. What it
    /// returns is shown to all rules again, until none changes it. If it throws, the whole value is redacted, and counted in
    /// <see cref="Sanitizer.Failures"/>.
    /// </summary>
    string Redact(string text);
}
