using Unfold.Cells;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Notation;

/// <summary>Layers that read what comes in as a sequence, the axes behind the channels being time: the library's cells by their names, and the temporal convolutional network.</summary>
internal static class SequenceKinds
{
    private const int MostUnits = 1 << 16;

    private static readonly string[][] Last = [["last"]];

    /// <summary>The kinds.</summary>
    internal static LayerKind[] All { get; } =
    [
        new(new Signature("recurrent", [new Argument("hidden", ArgumentKind.Whole, 1, MostUnits)], [new Argument("layers", ArgumentKind.Whole, 1, 64), new Argument("dropout", ArgumentKind.Number, 0, 0.99)],
            [[.. Cell.Names], .. Last]), draft => Plan(draft, new RecurrentOptions(Cell.Named(Cell.Names.FirstOrDefault(draft.Item.Has) ?? "gru"))
        {
            Hidden = draft.Item.Whole("hidden"),
            Layers = draft.Item.Whole("layers", 1),
            Dropout = draft.Item.Number("dropout"),
        })),
        new(new Signature("tcn", [new Argument("channels", ArgumentKind.Whole, 1, MostUnits)],
            [new Argument("levels", ArgumentKind.Whole, 1, 20), new Argument("kernel", ArgumentKind.Whole, 2, 1024), new Argument("dropout", ArgumentKind.Number, 0, 0.99)], Last), draft =>
        {
            TemporalConvolutionalOptions standard = new();
            return Plan(draft, standard with
            {
                Channels = draft.Item.Whole("channels"),
                Levels = draft.Item.Whole("levels", standard.Levels),
                Kernel = draft.Item.Whole("kernel", standard.Kernel),
                Dropout = draft.Item.Number("dropout"),
            });
        }),
    ];

    private static PlannedLayer? Plan(LayerDraft draft, SequenceLayerOptions options)
    {
        if (!draft.RequireAxes())
            return null;
        int inputs = draft.Input[0], steps = draft.Input.Length / inputs;
        bool last = draft.Item.Has("last");
        Autodiff.ParameterSet parameters = new();
        SequenceLayer layer = options.Build(parameters, draft.Name, inputs);

        // Every weight of a matrix or a kernel multiplies once a step.
        long weights = parameters.All.Where(parameter => parameter.Shape.Rank > 1).Sum(parameter => (long)parameter.Shape.Length);
        return draft.Plan(last ? new Shape(layer.OutputSize) : new Shape(layer.OutputSize, steps), weights * steps,
            set => new SequenceReader(options.Build(set, draft.Name, inputs), last));
    }
}
