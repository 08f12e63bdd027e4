// A belt listens to all of its process: no other test may run beside one.
[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)]
