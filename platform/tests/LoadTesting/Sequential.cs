// Load on the same two cores at the same time would measure the tests.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
