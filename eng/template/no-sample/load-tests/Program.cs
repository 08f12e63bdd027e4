using Orion.LoadTesting;
using OrionPlatform.LoadTests;
using OrionPlatform.LoadTests.Scenarios;

return await new LoadTest
{
    Description = "Holds the platform to its SLOs under load.",
    Target = PublicApi.Target,
    Objectives = PublicApi.Objectives,
    Options = [DevKeys.Option],
    Profiles =
    [
        new GateProfile("gate")
        {
            Rate = 60,
            Duration = TimeSpan.FromSeconds(30),
            WarmUp = TimeSpan.FromSeconds(5),
            Scenarios = LabelScenarios.CreateAsync,
        },
        new GateProfile("smoke")
        {
            Rate = 40,
            Duration = TimeSpan.FromSeconds(12),
            WarmUp = TimeSpan.FromSeconds(4),
            Scenarios = LabelScenarios.CreateAsync,
        },
        new TrafficProfile("demo") { Description = "gentle traffic for the panel", Scenarios = DemoTraffic.CreateAsync },
    ],
}.RunAsync(args);
