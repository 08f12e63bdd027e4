using OrionPlatform.LoadTests;

if (args.Contains("--help") || args.Contains("-h"))
{
    Console.WriteLine(LoadOptions.Help);
    return ExitCodes.Pass;
}

try
{
    var options = LoadOptions.Parse(args, Environment.GetEnvironmentVariable);
    return options.Profile == Profile.Demo
        ? await DemoRun.RunAsync(options)
        : await GateRun.RunAsync(options, Console.Out);
}
catch (UsageException e)
{
    Console.Error.WriteLine(e.Message);
    return ExitCodes.Error;
}
