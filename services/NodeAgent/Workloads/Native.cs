using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace OrionPlatform.NodeAgent;

/// <summary>
/// The system calls of a Unix that .NET has no managed face for: starting a process with its output in a file and in a session of its own,
/// and reaping it.
/// </summary>
[SupportedOSPlatform("linux")]
[SupportedOSPlatform("macos")]
internal static unsafe partial class Native
{
    public const int SigTerm = 15;
    public const int SigKill = 9;
    private const short SetSigDef = 0x04;
    private const short SetSigMask = 0x08;
    private const int NoHang = 1;

    // Generous: on glibc and musl the structures have 80, 336 and 128 bytes at most, on macOS two of them are pointers.
    private const int StructureBytes = 1024;

    // POSIX_SPAWN_SETSID and O_WRONLY | O_CREAT | O_APPEND differ: spawn.h and fcntl.h of the two systems.
    private static readonly short s_setSid = (short)(OperatingSystem.IsMacOS() ? 0x400 : 0x80);
    private static readonly int s_writeCreateAppend = OperatingSystem.IsMacOS() ? 0x209 : 0x441;

    /// <summary>
    /// Starts a program. Its output goes to a file, so that it outlives the agent; its session is its own, so that a Ctrl+C for the agent
    /// is not for it.
    /// </summary>
    /// <returns>The pid.</returns>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    public static int Spawn(WorkloadCommand command)
    {
        var actions = stackalloc byte[StructureBytes];
        var attributes = stackalloc byte[StructureBytes];
        var signals = stackalloc byte[StructureBytes];
        Must(posix_spawn_file_actions_init(actions));
        Must(posix_spawnattr_init(attributes));
        using var argv = new StringArray([command.Program, .. command.Arguments]);
        using var envp = new StringArray([.. command.Environment.Select(e => $"{e.Key}={e.Value}")]);
        try
        {
            Must(command.Input is null
                ? posix_spawn_file_actions_addopen(actions, 0, "/dev/null", 0, 0)
                : posix_spawn_file_actions_adddup2(actions, (int)command.Input.DangerousGetHandle(), 0));
            Must(posix_spawn_file_actions_addopen(actions, 1, command.OutputFile, s_writeCreateAppend, 0x180));
            Must(posix_spawn_file_actions_adddup2(actions, 1, 2));

            // .NET ignores SIGPIPE and blocks others at times; a workload begins with the defaults.
            Must(sigfillset(signals));
            Must(posix_spawnattr_setsigdefault(attributes, signals));
            Must(sigemptyset(signals));
            Must(posix_spawnattr_setsigmask(attributes, signals));
            Must(posix_spawnattr_setflags(attributes, (short)(SetSigDef | SetSigMask | s_setSid)));
            var error = posix_spawnp(out var pid, command.Program, actions, attributes, argv.Pointer, envp.Pointer);
            return error == 0 ? pid : throw new Win32Exception(error);
        }
        finally
        {
            _ = posix_spawn_file_actions_destroy(actions);
            _ = posix_spawnattr_destroy(attributes);
        }
    }

    /// <summary>
    /// The exit code of a child that has ended (128 + signal when a signal ended it); null while it runs or when it is not a child.
    /// </summary>
    public static int? Reap(int pid)
    {
        if (waitpid(pid, out var status, NoHang) != pid)
        {
            return null;
        }

        var signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
    }

    public static void Kill(int pid, int signal)
    {
        // 0 and below would mean whole groups of processes, the agent's own among them.
        if (pid > 0)
        {
            _ = kill(pid, signal);
        }
    }

    /// <summary>To every process of the group that this process leads, or led.</summary>
    public static void KillGroup(int leader, int signal)
    {
        // -1 would mean every process there is.
        if (leader > 1)
        {
            _ = kill(-leader, signal);
        }
    }

    // These fail for want of memory only.
    private static void Must(int error)
    {
        if (error != 0)
        {
            throw new InvalidOperationException($"A process could not be prepared: error {error}.");
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawnp(out int pid, string file, byte* actions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn_file_actions_addopen(byte* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_adddup2(byte* actions, int from, int to);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* signals);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigmask(byte* attributes, byte* signals);

    [LibraryImport("libc")]
    private static partial int sigfillset(byte* signals);

    [LibraryImport("libc")]
    private static partial int sigemptyset(byte* signals);

    [LibraryImport("libc")]
    private static partial int waitpid(int pid, out int status, int options);

    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);

    /// <summary>A null-terminated array of C strings.</summary>
    private sealed class StringArray : IDisposable
    {
        private readonly int _count;

        public StringArray(IReadOnlyList<string> items)
        {
            _count = items.Count;
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
            for (var i = 0; i < _count; i++)
            {
                Pointer[i] = (byte*)Marshal.StringToCoTaskMemUTF8(items[i]);
            }
        }

        public byte** Pointer { get; }

        public void Dispose()
        {
            for (var i = 0; i < _count; i++)
            {
                Marshal.FreeCoTaskMem((nint)Pointer[i]);
            }

            NativeMemory.Free(Pointer);
        }
    }
}
