using OrionPlatform.LoadTests;

return await new LoadCommand(
    Environment.GetEnvironmentVariable,
    (options, stop) => options.Profile == Profile.Demo
        ? DemoRun.RunAsync(options, stop)
        : GateRun.RunAsync(options, Terminal.On(Console.Out), stop))
    .RunAsync(args, Console.Out, Console.Error);
