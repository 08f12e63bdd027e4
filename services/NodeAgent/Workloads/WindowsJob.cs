using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace OrionPlatform.NodeAgent;

/// <summary>A job object: closing its last handle ends every process in it, also when it is the agent's end that closes it.</summary>
internal sealed unsafe partial class WindowsJob : IDisposable
{
    private const int ExtendedLimitInformation = 9;
    private const uint KillOnJobClose = 0x2000;
    private readonly SafeFileHandle _handle;

    private WindowsJob(SafeFileHandle handle) => _handle = handle;

    /// <summary>A job with that process in it; what the process starts from now on is in it too.</summary>
    [SupportedOSPlatform("windows")]
    public static WindowsJob Of(Process process)
    {
        var job = new WindowsJob(CreateJobObjectW(0, 0));
        try
        {
            var limits = new ExtendedLimits { LimitFlags = KillOnJobClose };
            Must(!job._handle.IsInvalid);
            Must(SetInformationJobObject(job._handle, ExtendedLimitInformation, &limits, (uint)sizeof(ExtendedLimits)));
            if (!AssignProcessToJobObject(job._handle, process.SafeHandle) && !process.HasExited)
            {
                Must(false);
            }

            return job;
        }
        catch (Win32Exception)
        {
            process.Kill(entireProcessTree: true);
            job.Dispose();
            throw;
        }
    }

    public void Dispose() => _handle.Dispose();

    private static void Must(bool succeeded)
    {
        if (!succeeded)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial SafeFileHandle CreateJobObjectW(nint attributes, nint name);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetInformationJobObject(SafeFileHandle job, int kind, ExtendedLimits* limits, uint size);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool AssignProcessToJobObject(SafeFileHandle job, SafeProcessHandle process);

    /// <summary>JOBOBJECT_EXTENDED_LIMIT_INFORMATION, in its order.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ExtendedLimits
    {
        public long PerProcessUserTimeLimit;
        public long PerJobUserTimeLimit;
        public uint LimitFlags;
        public nuint MinimumWorkingSetSize;
        public nuint MaximumWorkingSetSize;
        public uint ActiveProcessLimit;
        public nuint Affinity;
        public uint PriorityClass;
        public uint SchedulingClass;
        public ulong ReadOperations;
        public ulong WriteOperations;
        public ulong OtherOperations;
        public ulong ReadBytes;
        public ulong WriteBytes;
        public ulong OtherBytes;
        public nuint ProcessMemoryLimit;
        public nuint JobMemoryLimit;
        public nuint PeakProcessMemoryUsed;
        public nuint PeakJobMemoryUsed;
    }
}
