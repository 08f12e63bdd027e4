global using OrionPlatform.Tests;

// Each test runs a host of its own, and a process has one default pipeline: the hosts take turns.
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]
