using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Orion.Telemetry.Propagation;

namespace Orion.Telemetry.Tests;

/// <summary>
/// What holds for every header value, however malformed: nothing throws, nothing invalid comes out, what goes out comes in again the same.
/// </summary>
public sealed class PropagationProperties
{
    private static readonly W3CPropagator s_propagator = new();

    /// <summary>Pieces of headers, so that random texts are made of near misses and hits.</summary>
    private static readonly string[] s_pieces =
    [
        "00", "cc", "ff", "-", "01", "03", "fe", "12345678901234567890123456789012", "1234567890123456", "00000000000000000000000000000000",
        "0000000000000000", "ABCDEF",
        "00-12345678901234567890123456789012-1234567890123456-01", "cc-12345678901234567890123456789012-1234567890123456-01-x", ",", "=",
        " ", "\t", "a", "foo", "k@v", "@", "foo=1,",
        "k=v;p=1,", "%", "%2C", "%C3%A9", "%ff", "%F0%9F", "é", "\ud83d", "\udc00", "😀", "\0", "\r\n", "\"", "\\", ";", "z1",
        new string('z', 256), new string('y', 130) + "=1,",
    ];

    private static readonly Gen<string> s_text =
        Gen.OneOf(Gen.Elements(s_pieces), ArbMap.Default.GeneratorFor<string>().Select(s => s ?? ""))
        .ListOf().Select(pieces => string.Concat(pieces));

    private static readonly Gen<string> s_parent =
        from version in Gen.Elements("00", "01", "cc", "fe", "ff", "0")
        from trace in Gen.Choose(0, 15).Select(d => $"{d:x}").ArrayOf(32)
        from span in Gen.Choose(0, 15).Select(d => $"{d:x}").ArrayOf(16)
        from flags in Gen.Choose(0, 255)
        from rest in Gen.Frequency((3, Gen.Constant("")), (1, Gen.Elements("-x", ".", "-", " ", ",")))
        select $"{version}-{string.Concat(trace)}-{string.Concat(span)}-{flags:x2}{rest}";

    /// <summary>Lists around the limits of both headers: up to 80 members, short and long.</summary>
    private static readonly Gen<string> s_list =
        (from count in Gen.Choose(0, 80)
         from members in (from key in Gen.Choose(0, 99)
                          from length in Gen.Frequency((8, Gen.Choose(1, 12)), (1, Gen.Choose(100, 256)))
                          select $"k{key}={new string('v', length)}").ListOf(count)
         select string.Join(',', members)).Where(s => s.Length <= 32 * 1024);

    private static readonly Arbitrary<string> s_parents = Gen.OneOf(s_parent, s_text).ToArbitrary();
    private static readonly Arbitrary<string> s_lists = Gen.OneOf(s_list, s_text).ToArbitrary();

    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(1000).WithEndSize(60);

    [Fact]
    public void No_header_makes_it_throw_or_yields_an_invalid_context() =>
        Prop.ForAll(s_parents, s_lists, (parent, state) =>
        {
            var (id, list) = Extract(("traceparent", parent), ("tracestate", state));
            return id is null
                ? list is null
                : ActivityContext.TryParse(id, list, out var context) && context.TraceId != default && context.SpanId != default
                    && id.Length == 55 && id.StartsWith("00-", StringComparison.Ordinal) && id[53] == '0' && id[54] is >= '0' and <= '3';
        }).Check(s_config);

    [Fact]
    public void A_parent_that_was_read_reads_the_same_again() =>
        Prop.ForAll(s_parents, parent => Extract(("traceparent", parent)).Id is not { } id || Extract(("traceparent", id)).Id == id)
            .Check(s_config);

    [Fact]
    public void Every_well_formed_parent_is_continued() =>
        Prop.ForAll(s_parent.ToArbitrary(), parent =>
        {
            var parts = parent.Split('-');
            var valid = parts[0] is "00" or "01" or "cc" or "fe" && parts[1].Trim('0') != "" && parts[2].Trim('0') != ""
                && (parts.Length == 4 ? parts[3].TrimEnd(' ').Length == 2 : parts[0] != "00");
            return valid ? Extract(("traceparent", parent)).Id?[3..52] == parent[3..52] : Extract(("traceparent", parent)).Id is null;
        }).Check(s_config);

    [Fact]
    public void A_state_keeps_its_order_and_its_limits_and_drops_whole_members_only() =>
        Prop.ForAll(s_lists, state =>
        {
            if (Extract(("traceparent", EchoService.Valid), ("tracestate", state)).State is not { } kept)
            {
                return true;
            }

            var given = state.Split(',').Select(m => m.Trim(' ', '\t')).Where(m => m.Length > 0).DistinctBy(Key).ToList();
            var members = kept.Split(',');
            return members.Length <= 32 && kept.Length <= 2048 && members.DistinctBy(Key).Count() == members.Length
                && members.SequenceEqual(given.Where(members.Contains))
                && (string.Join(',', given).Length > 512 || members.Length == given.Count)
                && Extract(("traceparent", EchoService.Valid), ("tracestate", kept)).State == kept;
        }).Check(s_config);

    [Fact]
    public void A_state_is_dropped_only_when_it_is_malformed() =>
        Prop.ForAll(s_list.ToArbitrary(), state =>
            (Extract(("traceparent", EchoService.Valid), ("tracestate", state)).State is null)
                == (state.Length == 0 || state.Split(',').Length > 32)).Check(s_config);

    [Fact]
    public void Baggage_of_any_text_is_within_its_limits_and_goes_out_as_it_came_in() =>
        Prop.ForAll(s_lists, header =>
        {
            var members = Members(header);
            var sent = Send(members);
            return members.Count <= 64 && members.Sum(m => m.Key.Length + m.Value!.Length) <= 8192
                && (sent is null
                    ? members.Count == 0
                    : sent.Length <= 8192 && sent.Split(',').Length <= 64 && sent.All(c => c is >= ' ' and <= '~'))
                && (sent is not { Length: < 8000 } || Members(sent).SequenceEqual(members));
        }).Check(s_config);

    [Fact]
    public void Whatever_a_service_puts_into_baggage_its_callee_reads() =>
        Prop.ForAll(s_text.ListOf().ToArbitrary(), values =>
        {
            // Halves of a surrogate pair are no text: they arrive as U+FFFD.
            static string Arriving(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
            var members = values.Take(64).Select((v, i) => KeyValuePair.Create($"k{i}", (string?)Arriving(v))).ToList();
            var sent = Send([.. values.Take(64).Select((v, i) => KeyValuePair.Create($"k{i}", (string?)v))]);
            var read = sent is null ? [] : Members(sent);
            return sent is not { Length: > 8192 } && read.SequenceEqual(members.Where(read.Contains))
                && (Size(members) > 8192 || read.Count == members.Count);
        }).Check(s_config);

    [Fact]
    public void What_is_injected_is_extracted_again() =>
        Prop.ForAll(s_parents, s_lists, (parent, state) =>
        {
            var (id, list) = Extract(("traceparent", parent), ("tracestate", state));
            using var activity = new Activity("call") { TraceStateString = list };
            if (id is not null)
            {
                activity.SetParentId(id);
            }

            activity.SetIdFormat(ActivityIdFormat.W3C).Start();
            var sent = Inject(activity);
            var again = Extract([.. sent.Select(h => (h.Key, h.Value))]);
            return again.Id == activity.Id && again.State == list && (id is null || again.Id![3..35] == id[3..35]);
        }).Check(s_config);

    private static string Key(string member) => member.Split('=')[0];

    /// <summary>The most that members may take: every byte of every value encoded.</summary>
    private static int Size(List<KeyValuePair<string, string?>> members) =>
        members.Sum(m => m.Key.Length + 2 + (3 * System.Text.Encoding.UTF8.GetByteCount(m.Value!)));

    private static (string? Id, string? State) Extract(params (string Name, string Value)[] headers)
    {
        s_propagator.ExtractTraceIdAndState(headers, Get, out var id, out var state);
        return (id, state);
    }

    private static List<KeyValuePair<string, string?>> Members(string header) =>
        [.. (s_propagator.ExtractBaggage(new (string Name, string Value)[] { ("baggage", header) }, Get) ?? []).Reverse()];

    private static string? Send(IReadOnlyList<KeyValuePair<string, string?>> members)
    {
        using var activity = new Activity("call").SetIdFormat(ActivityIdFormat.W3C);

        // An activity tells its newest baggage first.
        foreach (var (key, value) in members.Reverse())
        {
            activity.AddBaggage(key, value);
        }

        return Inject(activity.Start()).GetValueOrDefault("baggage");
    }

    private static Dictionary<string, string> Inject(Activity activity)
    {
        var sent = new Dictionary<string, string>(StringComparer.Ordinal);
        s_propagator.Inject(activity, sent, (carrier, name, value) => ((Dictionary<string, string>)carrier!).Add(name, value));
        return sent;
    }

    /// <summary>As ASP.NET Core's hosting reads headers: several of one name come joined.</summary>
    private static void Get(object? carrier, string name, out string? value, out IEnumerable<string>? values)
    {
        var found = ((string Name, string Value)[])carrier!;
        value = found.Any(h => h.Name == name) ? string.Join(',', found.Where(h => h.Name == name).Select(h => h.Value)) : null;
        values = null;
    }
}
