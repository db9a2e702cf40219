using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Measurement;

/// <summary>A recurrent layer of any cell with weights and input of its own, ready to be run and timed.</summary>
/// <remarks>
/// <code>
/// var layer = new LayerRun(Cell.Named("lstm"), new LayerSize(T: 100, N: 64, C: 128, H: 256), LayerPass.Train);
/// Timing time = Timing.Measure(layer.Run, seconds: 1);
/// double gigaFlops = layer.GigaFlops(time);
/// </code>
/// </remarks>
public sealed class LayerRun
{
    private readonly Recurrent _layer;
    private readonly ParameterSet _parameters = new();
    private readonly Tape _tape;
    private readonly RecurrentState _start, _end;
    private readonly Tensor _x;
    private readonly Tensor[] _outputs = new Tensor[1], _gradients;
    private readonly LayerPass _pass;
    private readonly Tensor _stepOutput;

    /// <summary>Makes the layer, its weights and its input.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="size">The sizes; every one at least 1.</param>
    /// <param name="pass">What a run does.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1.</exception>
    public LayerRun(Cell cell, LayerSize size, LayerPass pass)
    {
        ArgumentNullException.ThrowIfNull(cell);
        foreach (int number in (ReadOnlySpan<int>)[size.T, size.N, size.C, size.H])
            ArgumentOutOfRangeException.ThrowIfLessThan(number, 1, nameof(size));
        Size = size with { T = pass == LayerPass.Step ? 1 : size.T, C = cell.NeedsEqualSizes ? size.H : size.C };
        _pass = pass;
        _layer = new Recurrent(_parameters, "layer", cell, Size.C, Size.H);
        _parameters.Allocate(1);
        _tape = pass == LayerPass.Train ? new Tape(1) : Tape.ForInference();
        _x = Noise(pass == LayerPass.Step ? new Shape(Size.N, Size.C) : new Shape(Size.T, Size.N, Size.C));
        _gradients = [Noise(new Shape(Size.T, Size.N, _layer.OutputSize))];
        _start = _layer.InitialState(Size.N);
        _end = _layer.InitialState(Size.N);
        _stepOutput = Tensor.Zeros(new Shape(Size.N, _layer.OutputSize));

        // Two operations a weight, step and sequence forward, as many for the gradient of what it multiplies and as many for its own, if it is trained.
        Operations = 2.0 * Size.T * Size.N * _parameters.All.Where(p => p.Shape.Rank == 2)
            .Sum(p => (double)p.Shape.Length * (pass != LayerPass.Train ? 1 : p.Trained ? 3 : 2));
    }

    /// <summary>The sizes in use: T is 1 for a step, and C is H where the cell wants that.</summary>
    public LayerSize Size { get; }

    /// <summary>The arithmetic of one run in the cell's weight matrices alone: 2·T·N·(elements of all matrices) forward, three times that in training.</summary>
    public double Operations { get; }

    /// <summary>Billions of such operations a second.</summary>
    /// <param name="time">How long a run takes.</param>
    public double GigaFlops(Timing time) => Operations / time.Median / 1e6;

    /// <summary>One run.</summary>
    public void Run()
    {
        if (_pass == LayerPass.Step)
        {
            _layer.Step(_x, _end, _end, _stepOutput);
            return;
        }

        Pass();
        _tape.Reset();
    }

    /// <summary>Bytes that a run works in: what it keeps for the backward pass, packed weights, outputs, the gradient of x; not the weights, their gradients and x. Runs once.</summary>
    public long MeasureMemory()
    {
        Pass();
        long floats = _tape.ArenaInUse;
        _tape.Reset();
        return floats * sizeof(float);
    }

    /// <summary>Managed bytes that a run allocates, after the first ones.</summary>
    /// <param name="runs">The mean of so many runs, at least 1.</param>
    public long MeasureAllocation(int runs = 100)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        for (int i = 0; i < 3; i++)
            Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < runs; i++)
            Run();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / runs;
    }

    private static Tensor Noise(Shape shape)
    {
        var random = new Random(1);
        var values = new float[shape.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.NextSingle() - 0.5f;
        return Tensor.From(values, shape);
    }

    private void Pass()
    {
        bool training = _pass == LayerPass.Train;
        if (training)
            _parameters.ZeroGradients();
        Tensor x = _pass == LayerPass.Step ? _x.Reshape(1, Size.N, Size.C) : _x;
        _outputs[0] = _layer.Forward(_tape, training ? _tape.Watch(x) : x, _start, _end);
        if (training)
            _tape.Backward(_outputs, _gradients);
    }
}
