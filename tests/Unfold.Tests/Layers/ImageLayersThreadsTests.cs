using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Kernels.Threading;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Tests.Layers;

/// <summary>Layers of images with teams of different sizes, and step after step.</summary>
[Collection(nameof(Team))]
public sealed class ImageLayersThreadsTests : IDisposable
{
    private readonly int _before = Team.Shared.Size;

    public void Dispose() => Team.SetSize(_before);

    [Fact]
    public void EverythingIsEqualToTheBitForAnyNumberOfThreads()
    {
        List<float[]> results = [];
        foreach (int threads in new[] { 1, 2, 3, 4 })
        {
            Team.SetSize(threads);
            Network network = new();
            network.Step();
            float[] output = network.Step();
            results.Add([.. output, .. network.Set.Gradients.ToArray(), .. network.Set.Values.ToArray()]);
        }

        foreach (float[] result in results)
            Assert.Equal(results[0], result);
        Assert.Contains(results[0], value => value != 0);
    }

    [Fact]
    public void AfterTheFirstStepNothingIsAllocated()
    {
        Network network = new();
        network.Step();
        long capacity = network.Tape.ArenaCapacity;

        // On a busy machine a round now and then allocates once, where the team is started or woken; what a step allocates would show in every round.
        long least = long.MaxValue;
        for (int round = 0; round < 8; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            network.Train();
            network.Train();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.Equal(capacity, network.Tape.ArenaCapacity);
    }

    /// <summary>One of each layer, wide enough that every one of them is shared.</summary>
    private sealed class Network
    {
        private readonly Tensor _x = Tensor.From([.. Enumerable.Range(0, 8 * 5 * 24 * 26).Select(i => (float)Math.Sin(1.7 * i))], new Shape(8, 5, 24, 26));
        private readonly FeedForward[] _layers;

        public Network()
        {
            _layers =
            [
                new BatchNorm(Set, "first", 5),
                new Pooling("overlapping", PoolingKind.Max, [3, 3], [1, 1], Padding.Same),
                new Pooling("average", PoolingKind.Average, [3, 2], [1, 1], Padding.Same),
                new Pooling("max", PoolingKind.Max, [2, 2]),
                new Upsample("linear", true, 2, 2),
                new BatchNorm(Set, "second", 5),
                new AdaptiveAveragePooling("adaptive", 20, 20),
                new LayerNorm(Set, "rows", [20]),
                new Upsample("nearest", false, 2, 1),
            ];
            Set.Allocate(1);
        }

        public ParameterSet Set { get; } = new();

        public Tape Tape { get; } = new();

        public float[] Step()
        {
            Tensor y = Forward();
            float[] output = y.Values.ToArray();
            Tape.Backward(y);
            Tape.Reset();
            return output;
        }

        public void Train()
        {
            Tape.Backward(Forward());
            Tape.Reset();
        }

        private Tensor Forward()
        {
            Set.ZeroGradients();
            Tensor x = _x;
            foreach (FeedForward layer in _layers)
                x = layer.Forward(Tape, x);
            Tensor turned = Tape.Permute(x, 0, 2, 3, 1);
            Tensor pooled = Tape.GlobalPooling(Tape.Permute(turned, 0, 3, 1, 2), PoolingKind.Average);
            return Tape.Sum(Tape.Multiply(pooled, Tape.GlobalPooling(x, PoolingKind.Max)));
        }
    }
}
