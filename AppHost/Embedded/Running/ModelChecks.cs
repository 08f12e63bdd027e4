namespace OrionPlatform.AppHost;

/// <summary>What can be wrong with a model as a whole, found before anything is started.</summary>
internal static class ModelChecks
{
    /// <exception cref="DistributedApplicationException">The model cannot be run.</exception>
    public static void Check(IResourceCollection resources, IReadOnlySet<string> started)
    {
        foreach (var resource in resources)
        {
            RefuseCircle(resource, r => r.Annotations.OfType<WaitAnnotation>().Select(w => w.Resource), "wait for each other in a circle", "remove one of these waits");
            RefuseCircle(resource, r => r.Annotations.OfType<ParentAnnotation>().Select(p => p.Parent), "are each other's parents in a circle", "remove one of these relationships");
            RefuseWaitForAbsent(resource, resources, started);
            foreach (var reference in resource.Annotations.OfType<ServiceReference>())
            {
                RefuseEmptyReference(resource, reference);
            }
        }

        if (started.FirstOrDefault(name => !resources.TryGetByName(name, out _)) is { } unknown)
        {
            throw new DistributedApplicationException($"--Start names '{unknown}', which is no resource; resources are {string.Join(", ", resources.Select(r => r.Name))}.");
        }
    }

    private static void RefuseCircle(IResource start, Func<IResource, IEnumerable<IResource>> next, string what, string mend)
    {
        var path = new List<IResource>();
        if (Reaches(start, start, next, path, []))
        {
            throw new DistributedApplicationException($"Resources {string.Join(" -> ", path.Append(start).Select(r => $"'{r.Name}'"))} {what}; {mend}.");
        }
    }

    private static bool Reaches(IResource from, IResource goal, Func<IResource, IEnumerable<IResource>> next, List<IResource> path, HashSet<IResource> seen)
    {
        path.Add(from);
        foreach (var other in next(from))
        {
            if (other == goal || (seen.Add(other) && Reaches(other, goal, next, path, seen)))
            {
                return true;
            }
        }

        path.RemoveAt(path.Count - 1);
        return false;
    }

    private static void RefuseWaitForAbsent(IResource resource, IResourceCollection resources, IReadOnlySet<string> started)
    {
        foreach (var wait in resource.Annotations.OfType<WaitAnnotation>())
        {
            if (!resources.Contains(wait.Resource))
            {
                throw new DistributedApplicationException($"Resource '{resource.Name}' waits for '{wait.Resource.Name}', which is not part of the application; add it.");
            }

            if (IsLeftOut(wait.Resource, started) && !IsLeftOut(resource, started))
            {
                throw new DistributedApplicationException($"Resource '{resource.Name}' waits for '{wait.Resource.Name}', which starts only when asked; add --Start={wait.Resource.Name}.");
            }
        }
    }

    private static void RefuseEmptyReference(IResource resource, ServiceReference reference)
    {
        foreach (var name in reference.Endpoints)
        {
            _ = new EndpointReference(reference.Source, name).EndpointAnnotation;
        }

        if (reference.AllEndpoints && !reference.Source.Annotations.OfType<EndpointAnnotation>().Any())
        {
            throw new DistributedApplicationException($"Resource '{resource.Name}' refers to '{reference.Source.Name}', which has no endpoint; declare one with WithHttpEndpoint().");
        }
    }

    public static bool IsLeftOut(IResource resource, IReadOnlySet<string> started) =>
        resource.Annotations.OfType<ExplicitStartAnnotation>().Any() && !started.Contains(resource.Name);
}
