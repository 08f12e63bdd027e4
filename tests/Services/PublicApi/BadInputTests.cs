using System.IO.Compression;
using System.Net;
using System.Text;
using OrionPlatform.Domain;

namespace OrionPlatform.Services.Tests;

/// <summary>Every refusal has its name and no effect.</summary>
[Trait("Store", "once")]
public sealed class BadInputTests(SharedApi shared) : IClassFixture<SharedApi>
{
    private static readonly (string Body, string Code, string Detail)[] s_bodies =
    [
        ("", "invalid_json", "missing or null"),
        ("{", "invalid_json", "line 1"),
        ("""{"runtime":"sleeper","slots":1} x""", "invalid_json", "line 1"),
        ("""{"runtime":"sleeper","slots":1,"slots":2}""", "invalid_json", "at 'slots', line 1, byte 40: it is given more than once"),
        ("{\"runtime\":\"sleeper\",\n \"slots\":1,\n  \"runtime\":\"x\"}", "invalid_json",
            "at 'runtime', line 3, byte 13: it is given more than once"),
        ("""{"runtime":"sleeper","slots":{"a":[{"b":1,"\u0062":2}]}}""", "invalid_field", "'slots' must be a number (at line 1, byte "),
        ("""{"runtime":"sleeper","slots":[1,2,x]}""", "invalid_json", "at 'slots', line 1, byte 35"),
        ("""{"runtime":"sleeper","slots":}""", "invalid_json", "at 'slots', line 1, byte 30"),
        ("""{"\ud800":1,"runtime":"sleeper","slots":1}""", "invalid_json", "line 1, byte 11: a member's name is no text"),
        ($$"""{"runtime":"sleeper","slots":{{new string('[', 40)}}{{new string(']', 40)}}}""", "invalid_json", "line 1, byte "),
        ("\"text\"", "invalid_field", "JSON object"),
        ("[]", "invalid_field", "JSON object"),
        ("null", "invalid_json", "missing or null"),
        ("{}", "missing_member", "'runtime'"),
        ("""{"runtime":"sleeper"}""", "missing_member", "'slots'"),
        ("""{"runtime":null,"slots":1}""", "missing_member", "'runtime'"),
        ("""{"runtime":"sleeper","slots":1,"state":"active"}""", "unknown_member", "'state'"),
        ("""{"runtime":"sleeper","slots":1,"Runtime":"x"}""", "unknown_member", "'Runtime'"),
        ("""{"runtime":7,"slots":1}""", "invalid_field", "'runtime'"),
        ("""{"runtime":"","slots":1}""", "invalid_field", "'runtime'"),
        ("""{"runtime":"Sleeper","slots":1}""", "invalid_field", "'runtime'"),
        ("""{"runtime":"../sh","slots":1}""", "invalid_field", "'runtime'"),
        ("""{"runtime":"sleeper\n","slots":1}""", "invalid_field", "'runtime'"),
        ("""{"runtime":"\ud800","slots":1}""", "invalid_field", "'runtime'"),
        ($$"""{"runtime":"{{new string('a', 64)}}","slots":1}""", "invalid_field", "'runtime'"),
        ("""{"runtime":"sleeper","slots":0}""", "invalid_field", "'slots'"),
        ("""{"runtime":"sleeper","slots":65}""", "invalid_field", "'slots'"),
        ("""{"runtime":"sleeper","slots":-1}""", "invalid_field", "'slots'"),
        ("""{"runtime":"sleeper","slots":1.5}""", "invalid_field", "'slots'"),
        ("""{"runtime":"sleeper","slots":"1"}""", "invalid_field", "'slots'"),
        ("""{"runtime":"sleeper","slots":99999999999999999999}""", "invalid_field", "'slots'"),
    ];

    private readonly ApiUnderTest _api = shared.Api;
    private readonly HttpClient _acme = shared.Api.Tenant("acme");

    [Fact]
    public async Task A_body_that_is_wrong_is_refused_by_name_and_nothing_is_made()
    {
        foreach (var (body, code, detail) in s_bodies)
        {
            using var request = Calls.Post(body);
            using var answer = await _acme.SendAsync(request);
            await Calls.IsProblemAsync(answer, 400, code, detail);
        }

        Assert.Empty(await _api.Store.ReadAsync(tx => Allocations.ListAsync(tx, _api.ProjectOf("acme"), null, null, 10)));
    }

    [Fact]
    public async Task A_body_that_is_no_UTF_8_is_refused_with_the_place_where_it_is_not()
    {
        using var request = Calls.Post("");
        request.Content = new ByteArrayContent([.. """{"runtime":"sl"""u8, 0xFF, .. """eeper","slots":1}"""u8]);
        request.Content.Headers.ContentType = new("application/json");
        using var answer = await _acme.SendAsync(request);
        await Calls.IsProblemAsync(answer, 400, "invalid_json", "at 'runtime', line 1, byte 22: it is not UTF-8");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("")]
    public async Task Another_content_type_is_refused(string contentType)
    {
        using var request = Calls.Post("""{"runtime":"sleeper","slots":1}""", contentType: contentType);
        using var answer = await _acme.SendAsync(request);
        await Calls.IsProblemAsync(answer, 415, "unsupported_media_type");
    }

    [Fact]
    public async Task A_body_past_the_limit_is_refused_also_when_it_does_not_say_its_length()
    {
        using var request = Calls.Post($$"""{"runtime":"{{new string('a', 70_000)}}","slots":1}""");
        using var answer = await _acme.SendAsync(request);
        await Calls.IsProblemAsync(answer, 413, "body_too_large");

        using var chunked = Calls.Post($$"""{"runtime":"{{new string('a', 70_000)}}","slots":1}""");
        chunked.Headers.TransferEncodingChunked = true;
        using var chunkedAnswer = await _acme.SendAsync(chunked);
        await Calls.IsProblemAsync(chunkedAnswer, 413, "body_too_large");
    }

    [Fact]
    public async Task A_compressed_body_is_refused()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes("""{"runtime":"sleeper","slots":1}"""));
        }

        using var request = Calls.Post("");
        request.Content = new ByteArrayContent(packed.ToArray());
        request.Content.Headers.ContentType = new("application/json");
        request.Content.Headers.ContentEncoding.Add("gzip");
        using var answer = await _acme.SendAsync(request);
        await Calls.IsProblemAsync(answer, 415, "unsupported_media_type", "compressed");
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    [InlineData("limit=ten")]
    [InlineData("limit=1&limit=2")]
    [InlineData("state=lost")]
    [InlineData("after=..")]
    [InlineData("page=2")]
    public async Task A_wrong_query_parameter_is_refused_by_name(string query)
    {
        using var answer = await _acme.GetAsync(new Uri("allocations?" + query, UriKind.Relative));
        await Calls.IsProblemAsync(answer, 400, "invalid_field", $"'{query.Split('=')[0]}'");
    }

    [Theory]
    [InlineData("al_unknown")]
    [InlineData("AL!")]
    [InlineData("al_%20")]
    public async Task An_id_that_is_nothing_is_not_found(string id)
    {
        using var answer = await _acme.GetAsync(new Uri("allocations/" + id, UriKind.Relative));
        await Calls.IsProblemAsync(answer, 404, "allocation_not_found");
        using var release = await _acme.DeleteAsync(new Uri("allocations/" + id, UriKind.Relative));
        await Calls.IsProblemAsync(release, 404, "allocation_not_found");
    }

    [Fact]
    public async Task Every_answer_says_that_it_is_not_to_be_cached_or_sniffed_and_not_what_serves_it()
    {
        using var found = await _acme.GetAsync(new Uri("allocations", UriKind.Relative));
        using var missing = await _acme.GetAsync(new Uri("allocations/al_unknown", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, found.StatusCode);
        foreach (var answer in (HttpResponseMessage[])[found, missing])
        {
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.True(answer.Headers.CacheControl?.NoStore);
            Assert.Empty(answer.Headers.Server);
        }
    }
}
