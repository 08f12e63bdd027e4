using System.ComponentModel;
using OrionPlatform.NodeAgent;
using OrionPlatform.Tests;

namespace OrionPlatform.Services.Tests;

/// <summary>What the agent needs of an operating system's processes, held against every implementation that can run here.</summary>
[Trait("Store", "once")]
public sealed class WorkloadProcessesTests : IDisposable
{
    private const string Id = "al_1";
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(20);
    private readonly TempFolder _temp = new();
    private readonly WorkloadFolder _folder;
    private IWorkloadProcesses? _system;

    public WorkloadProcessesTests() => _folder = WorkloadFolder.TryTake(_temp.Path)!;

    /// <summary>The one of this system; on Linux those for other systems too, as far as they need nothing of theirs.</summary>
    public static TheoryData<string> Systems => OperatingSystem.IsLinux() ? ["linux", "unix", "portable"]
        : OperatingSystem.IsMacOS() ? ["unix", "portable"]
        : ["portable"];

    [Theory]
    [MemberData(nameof(Systems))]
    public async Task A_program_runs_knows_its_allocation_and_what_it_says_is_in_its_file(string name)
    {
        var system = Make(name);
        var sleeper = Sleeper(system);
        await SaysAsync("al_1 has 2 slots of sleeper.\n");

        Assert.True(system.IsAlive(sleeper.Pid, sleeper.StartTime));
        Assert.Null(system.ExitCode(sleeper.Pid));
        Assert.Equal((sleeper.Pid, Id), Assert.Single(system.Find(_folder).Select(p => (p.Pid, p.AllocationId))));
        await EndAsync(system, sleeper, TimeSpan.Zero);
    }

    [Theory]
    [MemberData(nameof(Systems))]
    public async Task Asked_to_end_a_program_says_goodbye_and_where_it_cannot_be_asked_it_is_ended(string name)
    {
        var system = Make(name);
        var sleeper = Sleeper(system);
        await SaysAsync("slots");

        await EndAsync(system, sleeper, s_grace, code => Assert.Equal(name != "portable", code == 0));

        Assert.Equal(name != "portable", Said().EndsWith("al_1 says goodbye.\n", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Systems))]
    public async Task Killed_a_program_is_gone_without_a_word(string name)
    {
        var system = Make(name);
        var sleeper = Sleeper(system);
        await SaysAsync("slots");

        await EndAsync(system, sleeper, TimeSpan.Zero, code => Assert.NotEqual(0, code));

        Assert.Equal("al_1 has 2 slots of sleeper.\n", Said());
    }

    [Theory]
    [MemberData(nameof(Systems))]
    public async Task Another_process_that_has_the_same_pid_is_left_alone(string name)
    {
        var system = Make(name);
        var sleeper = Sleeper(system);
        await SaysAsync("slots");
        var earlier = sleeper with { StartTime = sleeper.StartTime - 3_600_000 };

        Assert.False(system.IsAlive(earlier.Pid, earlier.StartTime));
        system.AskToEnd(earlier);
        system.Kill(earlier);

        // Had it been asked to end, it would say so before it is gone.
        await EndAsync(system, sleeper, TimeSpan.Zero, code => Assert.NotEqual(0, code));
        Assert.Equal("al_1 has 2 slots of sleeper.\n", Said());
    }

    [Theory]
    [MemberData(nameof(Systems))]
    public async Task The_next_life_of_an_agent_finds_what_outlives_it(string name)
    {
        var system = Make(name);
        var sleeper = Sleeper(system);
        await SaysAsync("slots");
        var next = Make(name);

        Assert.Equal(system.OutliveTheAgent ? [sleeper.Pid] : [], next.Find(_folder).Select(p => p.Pid));
        await EndAsync(system, sleeper, TimeSpan.Zero);
        Assert.Empty(next.Find(_folder));
    }

    [Theory]
    [MemberData(nameof(Systems))]
    public void A_program_that_is_not_there_is_said_to_be_missing(string name)
    {
        var command = new WorkloadCommand("no-such-program", [], new Dictionary<string, string>(), _folder.OutputFile(Id));

        var error = Assert.Throws<Win32Exception>(() => Make(name).Start(command));

        // ENOENT, and Windows' ERROR_FILE_NOT_FOUND.
        Assert.Equal(2, error.NativeErrorCode);
    }

    [LinuxTheory]
    [MemberData(nameof(Systems))]
    public async Task A_file_that_is_emptied_meanwhile_goes_on_at_its_new_end_and_the_exit_code_is_told(string name)
    {
        var system = Make(name);
        var go = _temp.File("go");
        var shell = Started(system, "/bin/sh", "-c", $"echo one; until [ -e {go} ]; do sleep 0.05; done; echo two >&2; exit 7");
        await SaysAsync("one\n");
        using (var file = new FileStream(_folder.OutputFile(Id), FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            file.SetLength(0);
        }

        await File.WriteAllTextAsync(go, "");
        await Eventually.TrueAsync(() => system.ExitCode(shell.Pid) is not null, "the shell ends");

        Assert.Equal(7, system.ExitCode(shell.Pid));
        Assert.False(system.IsAlive(shell.Pid, shell.StartTime));
        await system.ReleaseAsync(shell.Pid);
        Assert.Equal("two\n", Said());
    }

    [LinuxTheory]
    [MemberData(nameof(Systems))]
    public async Task Descendants_end_with_their_workload_and_have_no_other_environment(string name)
    {
        var system = Make(name);
        var shell = Started(system, "/bin/sh", "-c", "sleep 600 & echo $!; wait");
        await SaysAsync("\n");
        var child = int.Parse(Said(), System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(WorkloadProcesses.IsLive(child));
        Assert.DoesNotContain("HOME=", WorkloadProcesses.Environment(child), StringComparison.Ordinal);

        await new WorkloadKiller(system, TimeProvider.System).KillAsync(system.Find(_folder), TimeSpan.Zero);

        await Eventually.TrueAsync(() => !WorkloadProcesses.IsLive(child) && !WorkloadProcesses.IsLive(shell.Pid), "both are gone");
        await system.ReleaseAsync(shell.Pid);
    }

    [LinuxTheory]
    [InlineData("linux", "sleep 600")]
    [InlineData("unix", "sleep 600")]
    [InlineData("linux", "env -i sleep 600")] // Without an environment it shows no marks: its group ends it.
    [InlineData("unix", "env -i sleep 600")]
    public async Task A_descendant_that_its_workload_left_behind_ends_with_what_is_on_record(string name, string descendant)
    {
        var system = Make(name);
        var shell = Started(system, "/bin/sh", "-c", $"{descendant} & echo $!");
        await SaysAsync("\n");
        var child = int.Parse(Said(), System.Globalization.CultureInfo.InvariantCulture);
        await Eventually.TrueAsync(() => system.ExitCode(shell.Pid) is not null, "the shell ends");
        Assert.True(WorkloadProcesses.IsLive(child));

        await new WorkloadKiller(system, TimeProvider.System).KillAsync([.. system.Find(_folder), shell], TimeSpan.Zero);

        await Eventually.TrueAsync(() => !WorkloadProcesses.IsLive(child), "the descendant is gone");
    }

    public void Dispose()
    {
        // A failed test must leave nothing behind.
        foreach (var record in _folder.Records())
        {
            _system?.Kill(record.Process);
        }

        _folder.Dispose();
        _temp.Dispose();
    }

    private static IWorkloadProcesses Make(string name) =>
        name == "linux" && OperatingSystem.IsLinux() ? new LinuxProcesses()
        : name == "unix" && (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()) ? new UnixProcesses()
        : new PortableProcesses();

    private MarkedProcess Sleeper(IWorkloadProcesses system) => Started(system, WorkloadProcesses.Sleeper);

    private MarkedProcess Started(IWorkloadProcesses system, string program, params string[] arguments)
    {
        _system = system;
        var environment = ProgramEnvironment.For(system);
        environment[IWorkloadProcesses.AllocationMark] = Id;
        environment[IWorkloadProcesses.AgentMark] = _folder.Root;
        environment["ORION_SLOTS"] = "2";
        environment["ORION_RUNTIME"] = "sleeper";
        environment["DOTNET_EnableDiagnostics"] = "0";
        var (pid, startTime) = system.Start(new WorkloadCommand(program, arguments, environment, _folder.OutputFile(Id)));
        var record = new WorkloadRecord(Id, "sleeper", pid, startTime, "acme", null, null);
        _folder.Write(record);
        return record.Process;
    }

    /// <summary>Ends it, and it has ended in every respect.</summary>
    private async Task EndAsync(IWorkloadProcesses system, MarkedProcess process, TimeSpan grace, Action<int>? exitCode = null)
    {
        await new WorkloadKiller(system, TimeProvider.System).KillAsync([process], grace);

        Assert.False(system.IsAlive(process.Pid, process.StartTime));
        Assert.Empty(system.Find(_folder));
        await Eventually.TrueAsync(() => system.ExitCode(process.Pid) is not null, "its exit code is known");
        exitCode?.Invoke(system.ExitCode(process.Pid)!.Value);
        await system.ReleaseAsync(process.Pid);
        Assert.Null(system.ExitCode(process.Pid));
    }

    private Task SaysAsync(string what) => Eventually.TrueAsync(() => Said().Contains(what, StringComparison.Ordinal), $"it says {what}");

    private string Said()
    {
        if (!File.Exists(_folder.OutputFile(Id)))
        {
            return "";
        }

        using var file = new StreamReader(
            new FileStream(_folder.OutputFile(Id), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return file.ReadToEnd();
    }
}
