using System.Runtime.ExceptionServices;
using Unfold.Data.Augmentation;

namespace Unfold.Data.Images;

/// <summary>
/// Prepares the next batches of a training run on threads of its own while the network works on one, so that augmentation costs training no time. Batches
/// are numbered through the run; what is in one is a function of its number, so any may be asked for, in order without waiting. Allocates nothing once it runs.
/// </summary>
internal sealed class ImageBatchQueue : IDisposable
{
    private const long Nothing = -1;

    private readonly ImageDataset _data;
    private readonly int _batch;
    private readonly ulong _seed;
    private readonly object _gate = new();
    private readonly ImageBatch[] _slots;
    private readonly long[] _ready;
    private readonly Thread[] _threads;
    private long _taken = Nothing;  // the batch that the caller has
    private long _next;             // the next to be prepared
    private int _working;
    private bool _started;
    private bool _closed;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Starts nothing until the first batch is asked for.</summary>
    /// <param name="data">The images.</param>
    /// <param name="augmentation">What is done to them.</param>
    /// <param name="normalization">How their pixels become numbers.</param>
    /// <param name="batch">N; the last batch of an epoch has what is left.</param>
    /// <param name="seed">The seed of orders and augmentation.</param>
    /// <param name="threads">How many threads prepare; 1 or more.</param>
    internal ImageBatchQueue(ImageDataset data, ImageAugmentation augmentation, ImageNormalization normalization, int batch, ulong seed, int threads)
    {
        _data = data;
        _batch = Math.Min(batch, data.Count);
        _seed = seed;
        ImageSize size = augmentation.Output(data.Size);
        _slots = new ImageBatch[threads + 2];
        _ready = new long[_slots.Length];
        for (int i = 0; i < _slots.Length; i++)
        {
            _slots[i] = new ImageBatch(_batch, size);
            _ready[i] = Nothing;
        }

        _threads = new Thread[threads];
        for (int i = 0; i < threads; i++)
            _threads[i] = new Thread(() => Work(new ImagePreparation(augmentation, normalization))) { IsBackground = true, Name = "Unfold images " + i };
    }

    /// <summary>Batches in an epoch.</summary>
    internal int BatchesPerEpoch => (_data.Count + _batch - 1) / _batch;

    /// <summary>Images in a batch of an epoch.</summary>
    internal int ItemsInBatch(int batch) => Math.Min(_batch, _data.Count - batch * _batch);

    /// <summary>A batch, waited for if it is not ready. The one that was taken before is given back.</summary>
    /// <param name="number">Which batch of the run, from 0.</param>
    internal ImageBatch Take(long number)
    {
        lock (_gate)
        {
            if (!_started || (number != _taken + 1 && number != _taken))
                Restart(number);
            _taken = number;
            Monitor.PulseAll(_gate);
            int slot = (int)(number % _slots.Length);
            while (_ready[slot] != number)
                Monitor.Wait(_gate);
            _failure?.Throw();
            return _slots[slot];
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Prepares from a batch on; what is being prepared at the moment is waited for, since it writes into a place that is needed again.</summary>
    private void Restart(long number)
    {
        _next = long.MaxValue;
        while (_working > 0)
            Monitor.Wait(_gate);
        Array.Fill(_ready, Nothing);
        _next = number;
        _taken = number;
        if (_started)
            return;
        _started = true;
        foreach (Thread thread in _threads)
            thread.Start();
    }

    private void Work(ImagePreparation preparation)
    {
        ImageOrder order = new(_data.Count, _seed);
        lock (_gate)
        {
            while (true)
            {
                // A batch's place is free when the caller has taken a later one that uses the same place or any after it.
                while (!_closed && !(_next < _taken + _slots.Length))
                    Monitor.Wait(_gate);
                if (_closed)
                    return;
                long number = _next++;
                _working++;
                Monitor.Exit(_gate);
                try
                {
                    Prepare(_slots[number % _slots.Length], number, preparation, order);
                }
                catch (Exception e)
                {
                    Volatile.Write(ref _failure, ExceptionDispatchInfo.Capture(e));
                }
                finally
                {
                    Monitor.Enter(_gate);
                }

                _working--;
                _ready[number % _slots.Length] = number;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private void Prepare(ImageBatch batch, long number, ImagePreparation preparation, ImageOrder order)
    {
        long epoch = number / BatchesPerEpoch;
        int first = (int)(number % BatchesPerEpoch) * _batch;
        ReadOnlySpan<int> images = order.Of(epoch).Slice(first, ItemsInBatch((int)(number % BatchesPerEpoch)));
        batch.Count = images.Length;
        for (int i = 0; i < images.Length; i++)
        {
            preparation.Train(_data.Pixels(images[i]), _data.Size, _seed, epoch, images[i], batch.Image(i));
            batch.Labels[i] = _data.Label(images[i]);
        }
    }
}
