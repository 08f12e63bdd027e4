using System.Buffers;
using System.Collections.Frozen;

namespace Orion.Redaction;

/// <summary>
/// Passwords in command lines whose options do not say so: <c>curl -u user:x</c>, <c>mysql -px</c>, <c>redis-cli -a x</c>. Options with a
/// telling name, such as <c>--password x</c>, are found by that.
/// </summary>
internal static class CommandLineDetector
{
    private const int MaxWords = 4096;

    /// <summary>Options whose value is a password, by command; the value may be the next word or follow at once.</summary>
    private static readonly FrozenDictionary<string, string[]> s_options = Table(
        ("mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlsh mariadb mariadb-dump mariadb-admin", "-p"),
        ("mongo mongosh mongodump mongorestore mongoexport mongoimport cqlsh influx "
            + "rabbitmqadmin psexec psexec64 rclone sshpass 7z 7za 7zz", "-p"),
        ("docker podman nerdctl buildah helm oras crane skopeo az oc cf kubectl", "login -p"),
        ("redis-cli valkey-cli keydb-cli", "-a"),
        ("ldapsearch ldapmodify ldapadd ldapdelete ldapwhoami ldappasswd", "-w"),
        ("sqlcmd bcp isql osql sqsh tsql zip unzip mosquitto_pub mosquitto_sub", "-P"),
        ("plink pscp psftp plink.exe", "-pw"),
        ("snmpwalk snmpget snmpset snmpbulkwalk", "-A -X -c"));

    /// <summary>Options whose value is a user and a password.</summary>
    private static readonly FrozenDictionary<string, string[]> s_users = Table(
        ("curl", "-u --user -U --proxy-user"),
        ("http https xh xhs", "-a --auth"),
        ("ab", "-A -P"),
        ("hey oha bombardier", "-a"),
        ("lftp", "-u"),
        ("smbclient rpcclient net smbget", "-U"),
        ("wget2 aria2c jfrog jf nexus", "-u --user"));

    /// <summary>Here <c>-u</c> is a user and a group, and no password.</summary>
    private static readonly FrozenSet<string> s_ids = FrozenSet.Create(StringComparer.Ordinal, "docker", "podman", "kubectl", "nerdctl",
        "chown", "rsync", "install", "runuser", "chroot", "compose");

    private static readonly FrozenDictionary<string, string[]>.AlternateLookup<ReadOnlySpan<char>> s_byOption =
        s_options.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenDictionary<string, string[]>.AlternateLookup<ReadOnlySpan<char>> s_byUser =
        s_users.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_byId = s_ids.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly SearchValues<char> s_numbers = SearchValues.Create(Letters.Digits + ":");
    private static readonly SearchValues<string> s_marks =
        SearchValues.Create([" -p", " -a", " -w", " -P", " -u", " -U", " -A", " -X", " -c", " --user", " --auth", " --proxy-user"],
            StringComparison.Ordinal);

    public static bool Suspicious(ReadOnlySpan<char> text) => text.Contains(" -", StringComparison.Ordinal) && text.ContainsAny(s_marks);

    public static string Redact(string text)
    {
        if (!Suspicious(text))
        {
            return text;
        }

        var edit = new TextEdit(text);
        var line = new Line();
        var span = text.AsSpan();
        for (int at = 0, words = 0; at < span.Length && !edit.IsFull && words < MaxWords; words++)
        {
            var (start, end, next) = Word(span, at);
            if (start >= span.Length)
            {
                break;
            }

            var (from, secret) = line.Secret(span[start..end]);
            if (secret && from < end - start && !span[(start + from)..end].SequenceEqual(Sanitizer.Redacted))
            {
                edit.Redact(start + from, end);
            }

            at = next;
        }

        return edit.Finish();
    }

    /// <summary>The arguments of a process, without the passwords among them; the same when there are none.</summary>
    /// <param name="arguments">The arguments, the command first.</param>
    /// <param name="judge">What the name of an option says.</param>
    public static object?[] Redact(object?[] arguments, Func<string, NameKind> judge)
    {
        object?[]? clean = null;
        var line = new Line();
        var isValue = false;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] is not string argument)
            {
                isValue = false;
                continue;
            }

            var (from, secret) = line.Secret(argument);
            if (isValue && !argument.StartsWith("--", StringComparison.Ordinal)
                && !Harmless.Is(NameKind.Secret, argument.AsSpan(), strict: false))
            {
                (from, secret) = (0, argument != Sanitizer.Redacted);
            }

            if (secret && from < argument.Length && argument[from..] != Sanitizer.Redacted)
            {
                clean ??= (object?[])arguments.Clone();
                clean[i] = argument[..from] + Sanitizer.Redacted;
            }

            isValue = argument.Length > 2 && argument[0] is '-' or '/' && !argument.AsSpan().ContainsAny('=', ':', ' ')
                && judge(argument) != NameKind.Plain;
        }

        return clean ?? arguments;
    }

    /// <summary>The next word: what quotes stand around is one.</summary>
    private static (int Start, int End, int Next) Word(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t' or '\r' or '\n' or ',' or '[' or '(')
        {
            at++;
        }

        if (at < text.Length && text[at] is '"' or '\'')
        {
            var close = text[(at + 1)..].IndexOf(text[at]);
            var end = close < 0 ? text.Length : at + 1 + close;
            return (at + 1, end, Math.Min(text.Length, end + 1));
        }

        var length = at < text.Length ? text[at..].IndexOfAny(" \t\r\n") : -1;
        var stop = length < 0 ? text.Length : at + length;
        return (at, stop, stop);
    }

    private static FrozenDictionary<string, string[]> Table(params (string Commands, string Options)[] rows) =>
        rows.SelectMany(r => r.Commands.Split(' ').Select(c => (c, r.Options.Split(' ')))).ToFrozenDictionary(r => r.c, r => r.Item2);

    /// <summary>What is known of a command line so far.</summary>
    private ref struct Line
    {
        private string[]? _options;
        private string[]? _users;
        private bool _isLogin;
        private bool _hasIds;
        private bool _passwordNext;
        private bool _userNext;

        /// <summary>Whether a word is a secret, and from which character on.</summary>
        public (int From, bool Secret) Secret(ReadOnlySpan<char> word)
        {
            var (password, user) = (_passwordNext, _userNext);
            (_passwordNext, _userNext) = (false, false);
            if (password && !word.StartsWith("-"))
            {
                return (0, true);
            }

            if (user && !word.StartsWith("-"))
            {
                return Password(word, 0);
            }

            if (!word.StartsWith("-"))
            {
                Command(word[(word.LastIndexOfAny('/', '\\') + 1)..]);
                return default;
            }

            foreach (var option in _options ?? [])
            {
                if (option[0] == '-' && word.StartsWith(option) && (_isLogin || _options![0] != "login"))
                {
                    _passwordNext = word.Length == option.Length;
                    return (option.Length, !_passwordNext && !word.StartsWith("--"));
                }
            }

            foreach (var option in _users ?? s_anyUser)
            {
                if (word.StartsWith(option) && (word.Length == option.Length || option.Length == 2 || word[option.Length] == '='))
                {
                    _userNext = word.Length == option.Length;
                    return _userNext || _hasIds ? default : Password(word, option.Length);
                }
            }

            return default;
        }

        private static readonly string[] s_anyUser = ["-u", "--user"];

        /// <summary>What stands behind the colon (or the percent sign, or the comma) of a user; two numbers are ids.</summary>
        private readonly (int From, bool Secret) Password(ReadOnlySpan<char> word, int from)
        {
            var sign = word[from..].IndexOf(':');
            sign = sign < 0 && _users is ["-U"] ? word[from..].IndexOf('%') : sign < 0 && _users is ["-u"] ? word[from..].IndexOf(',')
                : sign;
            var isNumber = sign > 0 && word[from..].IndexOfAnyExcept(s_numbers) < 0;
            return sign < 0 || _hasIds || (isNumber && _users is null) || word[from..].Contains("://", StringComparison.Ordinal) ? default
                : (from + sign + 1, true);
        }

        private void Command(ReadOnlySpan<char> word)
        {
            if (s_byOption.TryGetValue(word, out var options))
            {
                (_options, _isLogin) = (options, false);
            }

            if (s_byUser.TryGetValue(word, out var users))
            {
                _users = users;
            }

            _hasIds |= s_byId.Contains(word);
            _isLogin |= word is "login" or "registry";
        }
    }
}
