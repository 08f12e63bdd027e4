using Orion.Cli;

return await new TelemetryCommand(Console.In, Console.Out, Console.Error, TimeProvider.System).RunAsync(args);
