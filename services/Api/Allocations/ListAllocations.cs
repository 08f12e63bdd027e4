using System.Globalization;
using Orion.Store;
using OrionPlatform.Domain;

namespace OrionPlatform.Api;

/// <summary>
/// <c>GET</c> with <c>limit</c> (1 to 200, default 50), <c>after</c> (the <c>next</c> of the page before) and <c>state</c>.
/// </summary>
internal static class ListAllocations
{
    private static readonly string[] s_parameters = ["limit", "after", "state"];

    internal static async Task<IResult> HandleAsync(HttpContext http, string projectId, DomainStore store)
    {
        var query = http.Request.Query;
        if (query.Keys.FirstOrDefault(k => !s_parameters.Contains(k, StringComparer.Ordinal)) is { } unknown)
        {
            throw RefusedException.Invalid($"The query parameter '{(unknown.Length > 64 ? unknown[..64] : unknown)}' is not known here; known are {string.Join(", ", s_parameters)}.");
        }

        var limit = Limit(Single(query, "limit"));
        var after = Single(query, "after");
        if (after is not null && !Shapes.Id().IsMatch(after))
        {
            throw RefusedException.Invalid("'after' must be the 'next' of a page.");
        }

        var state = Single(query, "state");
        if (state is not null && !AllocationState.All.Contains(state))
        {
            throw RefusedException.Invalid($"'state' must be one of {string.Join(", ", AllocationState.All)}.");
        }

        var found = await store.ReadAsync(tx => Domain.Allocations.ListAsync(tx, projectId, state, after, limit + 1), http.RequestAborted);
        var page = found.Take(limit).Select(AllocationView.Of).ToList();
        return Results.Json(new AllocationPage(page, found.Count > limit ? page[^1].Id : null));
    }

    private static int Limit(string? text) => text is null ? 50
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= 200 ? limit
        : throw RefusedException.Invalid("'limit' must be a whole number from 1 to 200.");

    private static string? Single(IQueryCollection query, string name) => query[name] switch
    {
        { Count: 0 } => null,
        { Count: 1 } one => one[0],
        _ => throw RefusedException.Invalid($"'{name}' is given more than once."),
    };
}
