namespace OrionPlatform.AppHost;

/// <summary>Resources in waves: each is stopped before what it waits for or refers to.</summary>
internal static class StopOrder
{
    public static IReadOnlyList<IReadOnlyList<IResource>> Waves(IReadOnlyCollection<IResource> running)
    {
        var left = running.ToList();
        var waves = new List<IReadOnlyList<IResource>>();
        while (left.Count > 0)
        {
            var needed = left.SelectMany(r => Needs(r).Where(n => n != r)).ToHashSet();
            var wave = left.Where(r => !needed.Contains(r)).ToList();
            // References may go both ways; what is left of such a circle is stopped together.
            wave = wave.Count > 0 ? wave : [.. left];
            waves.Add(wave);
            left.RemoveAll(wave.Contains);
        }

        return waves;
    }

    private static IEnumerable<IResource> Needs(IResource resource) =>
        resource.Annotations.OfType<WaitAnnotation>().Select(w => w.Resource).Concat(resource.Annotations.OfType<UsesAnnotation>().Select(u => u.Resource));
}
