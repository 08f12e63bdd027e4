using System.Runtime.Versioning;

// The node agent runs workloads on Linux, so its tests do too.
[assembly: SupportedOSPlatform("linux")]
