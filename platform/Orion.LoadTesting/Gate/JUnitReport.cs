using System.Xml.Linq;

namespace Orion.LoadTesting.Gate;

/// <summary>
/// The report for CI servers: a test case a condition; a failure when it does not hold, an error when the run cannot tell.
/// </summary>
internal static class JUnitReport
{
    public static XDocument Of(GateReport report)
    {
        var verdicts = report.Result.Verdicts;
        return new(new XElement(
            "testsuite",
            new XAttribute("name", "slo gate"),
            new XAttribute("tests", verdicts.Count),
            new XAttribute("failures", verdicts.Count(v => v.Outcome == Outcome.Fail)),
            new XAttribute("errors", verdicts.Count(v => v.Outcome == Outcome.Invalid)),
            new XAttribute("time", report.Load.Duration.TotalSeconds),
            new XAttribute("timestamp", report.Ended.UtcDateTime.ToString("s")),
            new XElement("properties", report.CallRows[0].Skip(1).Zip(report.CallRows[^1].Skip(1)).Select(p => new XElement(
                "property",
                new XAttribute("name", p.First),
                new XAttribute("value", p.Second)))),
            verdicts.Select(Case)));
    }

    private static XElement Case(Verdict verdict) => new(
        "testcase",
        new XAttribute("classname", "slo"),
        new XAttribute("name", verdict.Name),
        verdict.Outcome == Outcome.Pass ? null : new XElement(
            verdict.Outcome == Outcome.Fail ? "failure" : "error",
            new XAttribute("message", $"{verdict.Measured}, has to be {verdict.Limit}; {verdict.Detail}")));
}
