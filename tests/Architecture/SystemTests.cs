using System.Text.RegularExpressions;

namespace OrionPlatform.Architecture.Tests;

/// <summary>The platform and its tests run on Linux, Windows and macOS: what only one of them has is asked for in few places.</summary>
public sealed partial class SystemTests
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture;

    /// <summary>Files and folders that are an interface to the system, and why. Each says for itself what it does on the others.</summary>
    private static readonly Dictionary<string, string> s_interfaces = new()
    {
        ["AppHost/LocalPostgres.cs"] = "finds PostgreSQL's programs where Debian puts them; root runs them as another user",
        ["services/NodeAgent/Workloads/"] = "starts, finds and ends processes: the node agent's interface to the system",
        ["platform/Orion.Sink/Reading/HeldFile.cs"] =
            "names the process that holds a file open, where /proc tells; elsewhere it names none",
        ["platform/Orion.Redaction/CommandLineDetector.cs"] = "names of commands as they occur in texts; none is run",
        ["tests/Shared/Redaction/SecretCorpus.cs"] = "texts that name commands; none is run",
        ["tests/Shared/Postgres/"] = "runs PostgreSQL for the tests, and as another user where they run as root",
        ["tests/Shared/Processes/"] = "signals for all tests",
        ["tests/Shared/Platform/"] = "finds and ends the platform's processes",
        ["platform/tests/Sink/Support/Tmpfs.cs"] = "mounts a small file system; its tests are skipped where that cannot be done",
        ["platform/tests/Store/Postgres/PgBouncerTests.cs"] = "finds PgBouncer where packages put it; without it its tests are skipped",
        ["platform/tests/Cli/SqlTests.cs"] = "a LinuxFact: /dev/full, to which only a shell can redirect",
        ["tests/Services/Workloads/WorkloadProcesses.cs"] = "looks at the workloads' processes, some of which are shells",
        ["tests/Services/Workloads/WorkloadProcessesTests.cs"] = "LinuxFacts: workloads that are shells",
        ["platform/benchmarks/AppHost/StartBenchmark.cs"] = "the benchmark says that it runs on Linux only",
        ["platform/benchmarks/Services/IdlePlatform.cs"] = "the benchmark says that it runs on Linux only",
    };

    [Fact]
    public void Only_the_interfaces_to_the_system_know_one_system()
    {
        var wrong = Assumptions()
            .Where(a => !s_interfaces.Keys.Any(i => a.File.StartsWith(i, StringComparison.Ordinal)))
            .Select(a => $"{a.File}:{a.Line} {a.Text}")
            .ToList();

        Assert.True(wrong.Count == 0, "Only one system has this:\n" + string.Join('\n', wrong));
    }

    [Fact]
    public void Every_interface_to_the_system_is_still_one()
    {
        var found = Assumptions().Select(a => a.File).ToList();

        Assert.All(s_interfaces.Keys.Where(IsHere), i => Assert.Contains(found, file => file.StartsWith(i, StringComparison.Ordinal)));

        // A solution may have come without the sample, the platform's tests or its source.
        static bool IsHere(string path) => Directory.Exists(Path.Combine(Repository.Root, path[..path.LastIndexOf('/')]));
    }

    [Theory]
    [InlineData("""File.ReadAllText($"/proc/{pid}/stat")""")]
    [InlineData("""new ProcessStartInfo("sh", ["-c", command])""")]
    [InlineData("""using var kill = Process.Start("kill", ["-TERM", "1"]);""")]
    [InlineData("""start.FileName = "cmd.exe";""")]
    [InlineData("""new Reader("/tmp/x")""")]
    [InlineData("""new Reader(@"C:\Windows\Temp")""")]
    [InlineData("""Run("x > /dev/full")""")]
    [InlineData("""[LibraryImport("libc")]""")]
    [InlineData("""[DllImport("kernel32.dll", SetLastError = true)]""")]
    [InlineData("""File.SetUnixFileMode(path, mode);""")]
    public void A_line_that_only_one_system_understands_is_found(string line) => Assert.True(IsAssumption(line, line));

    [Theory]
    [InlineData("""Process.Start("dotnet", ["build"])""")]
    [InlineData("""// The kernel's /proc says so.""")]
    [InlineData("""app.MapGet("/v1/dev/keys", Keys);""")]
    [InlineData("""[LibraryImport(Library, EntryPoint = "sqlite3_step")]""")]
    public void A_line_that_every_system_understands_is_not(string line) => Assert.False(IsAssumption(line, line));

    private static IEnumerable<(string File, int Line, string Text)> Assumptions() =>
        from path in Directory.EnumerateFiles(Repository.Root, "*.cs", SearchOption.AllDirectories)
        let file = Path.GetRelativePath(Repository.Root, path).Replace('\\', '/')
        where !Built().IsMatch(file) && file != "tests/Architecture/SystemTests.cs"
        let text = File.ReadAllText(path)
        from line in text.Split('\n').Select((content, index) => (Content: content, Number: index + 1))
        where IsAssumption(line.Content, text)
        select (file, line.Number, line.Content.Trim());

    private static bool IsAssumption(string line, string file) =>
        !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
        && (Place().IsMatch(line) || Tool().IsMatch(line) || Library().IsMatch(line)
            || (Start().Match(line) is { Success: true } start && start.Groups["name"].Value is not ("dotnet" or "git"))
            || (FileMode().IsMatch(line) && !Guard().IsMatch(file)));

    [GeneratedRegex(@"(^|/)(bin|obj|\.data|\.git|artifacts)/", Options)]
    private static partial Regex Built();

    // Absolute paths in a string: after its quote, or after a blank in it.
    [GeneratedRegex(@"[""\s](/(proc|bin|sbin|usr|dev|tmp|etc|var|opt|run|sys)(/|"")|[A-Z]:\\+(Windows|Program))", Options)]
    private static partial Regex Place();

    // A program by its name; the SDK and Git are the same everywhere.
    [GeneratedRegex(@"(Process\.Start|ProcessStartInfo)\(""(?<name>\w+)", Options)]
    private static partial Regex Start();

    // Shells and tools of one system, however they are started.
    [GeneratedRegex(@"""(sh|bash|kill|pkill|chmod|chown|mount|umount|taskkill|cmd(\.exe)?|powershell(\.exe)?|pwsh)""", Options)]
    private static partial Regex Tool();

    [GeneratedRegex(@"(DllImport|LibraryImport)\(""(lib(c|dl|pthread|System)|kernel32|ntdll|user32|advapi32)\b", Options)]
    private static partial Regex Library();

    [GeneratedRegex(@"\b(SetUnixFileMode|GetUnixFileMode|UnixCreateMode|UnixFileMode\.)", Options)]
    private static partial Regex FileMode();

    [GeneratedRegex(@"OperatingSystem\.IsWindows\(\)|UnsupportedOSPlatform\(""windows""\)", Options)]
    private static partial Regex Guard();
}
