using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>
/// The layers of a forecaster. A window is read segment by segment; then, for each segment to be forecast, the layer gets a learnt vector of its place (and of the variable), and what it gives is the
/// forecast: several steps at once, and no forecast is fed back.
/// </summary>
/// <remarks>
/// With S segments in the window, F in the forecast and R rows (windows times variables, or windows): x <c>[S, R, w]</c>, result <c>[F, R, w Q]</c>. Source: Lin et al. 2023 (SegRNN), whose decoder
/// this is but that segments follow on each other.
/// </remarks>
internal sealed class ForecastNetwork : IModelNetwork
{
    private readonly Linear _segments, _output;
    private readonly SequenceLayer _layer;
    private readonly Dropout? _dropout;
    private readonly Parameter _places;
    private readonly Parameter? _variables;
    private readonly int _read, _forecast;

    /// <summary>Makes the layers.</summary>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    internal ForecastNetwork(ForecasterOptions options, int variables)
    {
        (Options, Variables) = (options, variables);
        (_read, _forecast) = (options.LookBack / options.Segment, options.Horizon / options.Segment);
        int size = options.Embedding ?? options.Layer switch { RecurrentOptions recurrent => Math.Max(2, recurrent.Hidden), _ => 64 };
        _segments = new Linear(Parameters, "segments", SegmentWidth, size);
        _layer = options.Layer.Build(Parameters, "layer", size);
        int ofVariable = VariablesInRow == variables ? 0 : size / 2;
        _places = Parameters.Add("places", new Shape(_forecast, size - ofVariable), Initializer.Uniform(-1, 1));
        if (ofVariable > 0)
            _variables = Parameters.Add("variables", new Shape(variables, ofVariable), Initializer.Uniform(-1, 1));
        if (options.OutputDropout > 0)
            _dropout = new Dropout("output.dropout", options.OutputDropout);
        _output = new Linear(Parameters, "output", _layer.OutputSize, SegmentWidth * options.QuantileCount);
    }

    /// <summary>How it is built.</summary>
    internal ForecasterOptions Options { get; }

    /// <summary>C, the variables of the series.</summary>
    internal int Variables { get; }

    /// <summary>How many of the variables stand in one row.</summary>
    internal int VariablesInRow => Options.Joint ? Variables : 1;

    /// <summary>Rows of a window.</summary>
    internal int RowsOfWindow => Variables / VariablesInRow;

    /// <summary>The numbers of a segment in a row.</summary>
    internal int SegmentWidth => Options.Segment * VariablesInRow;

    /// <inheritdoc/>
    public ParameterSet Parameters { get; } = new();

    /// <inheritdoc/>
    public IEnumerable<RecurrentPart> RecurrentParts => (_layer as Recurrent)?.Parts ?? [];

    /// <summary>The layer that reads the window and is asked for the forecast.</summary>
    internal SequenceLayer Layer => _layer;

    /// <summary>From a segment to a vector, and from an output to a segment.</summary>
    internal (Linear Segments, Linear Output) Ends => (_segments, _output);

    /// <summary>[F, E]: a vector for each segment that is asked for, and [C, E'] for each variable; null where there are none of variables.</summary>
    internal (Parameter Places, Parameter? Variables) Questions => (_places, _variables);

    /// <summary>The layers, in the order in which they are used.</summary>
    internal IReadOnlyList<Layer> Layers => [_segments, _layer, _output];

    /// <summary>The forecasts.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[S, R, w]; rows of one window stand beside each other, in the order of the variables.</param>
    /// <returns>[F, R, w Q] on the tape.</returns>
    internal Tensor Forward(Tape tape, Tensor x)
    {
        int rows = x.Shape[1];
        Tensor read = tape.Relu(_segments.Forward(tape, x));
        Room room = tape.RentObject<Room>();
        room.Fit(this, rows);
        Tensor asked = Asked(tape, rows, room);
        int size = read.Shape.Last;
        Tensor both = tape.Concat(read.Reshape(1, _read * rows * size), asked.Reshape(1, _forecast * rows * size)).Reshape(_read + _forecast, rows, size);
        Tensor given = _layer.Forward(tape, both, null, room.Spare!).Slice(_read, _forecast);
        return _output.Forward(tape, _dropout?.Forward(tape, given) ?? given);
    }

    private Tensor Asked(Tape tape, int rows, Room room)
    {
        Shape shape = new(_forecast, rows);
        Tensor places = tape.Embedding(_places.Value, room.Places, shape);
        return _variables is null ? places : tape.Concat(places, tape.Embedding(_variables.Value, room.Variables, shape));
    }

    /// <summary>What one run needs beside the tape's memory: which vectors are asked for, and a state that nobody wants.</summary>
    private sealed class Room
    {
        private ForecastNetwork? _owner;

        public int[] Places { get; private set; } = [];

        public int[] Variables { get; private set; } = [];

        public RecurrentState? Spare { get; private set; }

        public void Fit(ForecastNetwork owner, int rows)
        {
            if (_owner == owner && Spare!.Batch == rows)
                return;
            int count = owner._forecast * rows;
            Places = [.. Enumerable.Range(0, count).Select(i => i / rows)];
            Variables = [.. Enumerable.Range(0, count).Select(i => i % rows % owner.RowsOfWindow)];
            (_owner, Spare) = (owner, owner._layer.InitialState(rows));
        }
    }
}
