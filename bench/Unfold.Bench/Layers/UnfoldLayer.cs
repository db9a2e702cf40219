using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Bench.Layers;

/// <summary>A layer of Unfold, ready to run: forward alone, or forward and backward to x and all weights. What Unfold is measured by stands here alone.</summary>
internal sealed class UnfoldLayer
{
    private readonly Recurrent _layer;
    private readonly ParameterSet _parameters = new();
    private readonly Tape _tape;
    private readonly RecurrentState _start, _end;
    private readonly Tensor _x;
    private readonly Tensor[] _outputs = new Tensor[1], _gradients;
    private readonly bool _training;

    public UnfoldLayer(string cellName, LayerSize size, bool training)
    {
        Cell cell = Cell.Load(cellName);
        Size = cell.NeedsEqualSizes ? size with { C = size.H } : size;
        _training = training;
        _layer = new Recurrent(_parameters, "layer", cell, Size.C, Size.H);
        _parameters.Allocate(1);
        _tape = training ? new Tape(1) : Tape.ForInference();
        _x = Noise(new Shape(Size.T, Size.N, Size.C));
        _gradients = [Noise(new Shape(Size.T, Size.N, _layer.OutputSize))];
        _start = _layer.InitialState(Size.N);
        _end = _layer.InitialState(Size.N);

        // Two operations a weight, step and sequence forward, as many for the gradient of what it multiplies and as many for its own, if it is trained.
        Operations = 2.0 * Size.T * Size.N * _parameters.All.Where(p => p.Shape.Rank == 2)
            .Sum(p => (double)p.Shape.Length * (training ? p.Trained ? 3 : 2 : 1));
    }

    /// <summary>The sizes; C is H where the cell wants that.</summary>
    public LayerSize Size { get; }

    /// <summary>The arithmetic of a run in the cell's weight matrices alone.</summary>
    public double Operations { get; }

    /// <summary>Bytes that a run works in: everything kept for the backward pass, outputs and gradients, but not weights.</summary>
    public long Memory => _tape.ArenaCapacity * sizeof(float);

    public void Run()
    {
        if (_training)
            _parameters.ZeroGradients();
        _outputs[0] = _layer.Forward(_tape, _training ? _tape.Watch(_x) : _x, _start, _end);
        if (_training)
            _tape.Backward(_outputs, _gradients);
        _tape.Reset();
    }

    /// <summary>A step of streaming: from state to state, T = 1.</summary>
    public void Step()
    {
        _layer.Forward(_tape, _x, _end, _end);
        _tape.Reset();
    }

    private static Tensor Noise(Shape shape)
    {
        var random = new Random(1);
        var values = new float[shape.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.NextSingle() - 0.5f;
        return Tensor.From(values, shape);
    }
}
