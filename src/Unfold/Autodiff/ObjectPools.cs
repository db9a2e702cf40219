namespace Unfold.Autodiff;

/// <summary>Objects of any class that are handed out one after the other and, after a reset, again in the same order.</summary>
internal sealed class ObjectPools
{
    private readonly List<Pool> _pools = [];

    /// <summary>The next object of a class; made if there is none left.</summary>
    public T Rent<T>()
        where T : class, new()
    {
        foreach (Pool pool in _pools)
        {
            if (pool is Pool<T> found)
                return found.Rent();
        }

        Pool<T> added = new();
        _pools.Add(added);
        return added.Rent();
    }

    /// <summary>Takes every object back.</summary>
    public void Reset()
    {
        foreach (Pool pool in _pools)
            pool.Used = 0;
    }

    private abstract class Pool
    {
        public int Used { get; set; }
    }

    private sealed class Pool<T> : Pool
        where T : class, new()
    {
        private readonly List<T> _objects = [];

        public T Rent()
        {
            if (Used == _objects.Count)
                _objects.Add(new T());
            return _objects[Used++];
        }
    }
}
