using OrionPlatform.Sink.Cli;

using var stop = new StopSignals();
return Command.Run(args, Console.In, Console.Out, Console.Error, TimeProvider.System, stop.Token);
