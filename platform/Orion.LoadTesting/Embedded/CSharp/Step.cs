using NBomber.Contracts;
using Orion.LoadTesting.Embedded.Engine;

namespace NBomber.CSharp;

/// <summary>Runs the parts of an iteration that are measured on their own.</summary>
public static class Step
{
    /// <summary>Runs and records one step. A failure ends the iteration unless the scenario said otherwise.</summary>
    /// <param name="name">Name of the step; <c>global information</c> is reserved.</param>
    /// <param name="context">The context the iteration was given.</param>
    /// <param name="run">The step; an exception in it is a failure with status -101, a cancellation one with -100.</param>
    /// <typeparam name="T">Type of the value the response may carry.</typeparam>
    public static Task<Response<T>> Run<T>(string name, IScenarioContext context, Func<Task<Response<T>>> run)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name == ScenarioMeasures.WholeIteration)
        {
            throw new ArgumentException($"The step name '{ScenarioMeasures.WholeIteration}' is reserved.", nameof(name));
        }

        return context is Iteration iteration
            ? iteration.RunStepAsync(name, run)
            : throw new ArgumentException("A step needs the context that its iteration was given.", nameof(context));
    }
}
