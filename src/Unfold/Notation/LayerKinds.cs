using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Notation;

/// <summary>How a name becomes a layer: its signature, and what plans it; null after a report.</summary>
internal sealed record LayerKind(Signature Signature, Func<LayerDraft, PlannedLayer?> Plan);

/// <summary>The layers that a list may name. Those with windows are in <see cref="WindowKinds"/>, those over sequences in <see cref="SequenceKinds"/>.</summary>
internal static class LayerKinds
{
    private const int Most = 1 << 20;

    /// <summary>All kinds by name, in the order in which messages list them.</summary>
    internal static IReadOnlyDictionary<string, LayerKind> All { get; } = new[] { WindowKinds.All, SequenceKinds.All, Plain(), Activations() }
        .SelectMany(kinds => kinds).ToDictionary(kind => kind.Signature.Name);

    /// <summary>The signatures by name.</summary>
    internal static IReadOnlyDictionary<string, Signature> Signatures { get; } = All.ToDictionary(kind => kind.Key, kind => kind.Value.Signature);

    /// <summary>A planned fully connected layer.</summary>
    internal static PlannedLayer Linear(LayerDraft draft, int outputs, bool bias = true)
    {
        int inputs = draft.Input[0];
        return draft.Plan(new Shape(outputs), (long)inputs * outputs, parameters => new Linear(parameters, draft.Name, inputs, outputs, bias));
    }

    /// <summary>A planned flattening.</summary>
    internal static PlannedLayer Flatten(LayerDraft draft) => draft.Plan(new Shape(draft.Input.Length), 0, _ => new Flatten(draft.Name));

    /// <summary>A planned gathering of each step's features.</summary>
    private static PlannedLayer? FlattenSteps(LayerDraft draft) =>
        draft.RequireAxes() ? draft.Plan(new Shape(draft.Input.Length / draft.Input[1], draft.Input[1]), 0, _ => new FlattenSteps(draft.Name)) : null;

    private static LayerKind[] Plain() =>
    [
        new(new Signature("global", [], [], [["max", "average", "sum"]]), draft => !draft.RequireAxes() ? null
            : draft.Plan(new Shape(draft.Input[0]), 0, _ => new GlobalPooling(draft.Name, WindowKinds.KindOf(draft.Item, PoolingKind.Average)))),
        new(new Signature("flatten", [], [], [["steps"]]), draft => draft.Item.Has("steps") ? FlattenSteps(draft) : Flatten(draft)),
        new(new Signature("linear", [new Argument("outputs", ArgumentKind.Whole, 1, Most)], [], [["no_bias"]]), draft =>
            draft.RequireRow() ? Linear(draft, draft.Item.Whole("outputs"), !draft.Item.Has("no_bias")) : null),
        new(new Signature("batch_norm"), draft => draft.Same(parameters => new BatchNorm(parameters, draft.Name, draft.Input[0]))),
        new(new Signature("layer_norm"), draft => draft.Same(parameters => new LayerNorm(parameters, draft.Name, [draft.Input[0], .. draft.Lengths()]))),
        new(new Signature("dropout", [new Argument("probability", ArgumentKind.Number, 0, 0.99)], [], []),
            draft => draft.Same(_ => new Dropout(draft.Name, draft.Item.Number("probability")))),
    ];

    private static IEnumerable<LayerKind> Activations()
    {
        foreach (string name in Activation.AllNames)
        {
            Argument[] number = name switch
            {
                "leaky_relu" => [new Argument("slope", ArgumentKind.Number, 0, 1, Optional: true)],
                "elu" => [new Argument("alpha", ArgumentKind.Number, 0, 100, Optional: true)],
                _ => [],
            };
            yield return new LayerKind(new Signature(name, number, [], []), draft =>
            {
                // These are sums over the last axis, which are the classes only in a row of features.
                if (name.EndsWith("softmax", StringComparison.Ordinal) && !draft.RequireRow())
                    return null;
                float? given = number.Length > 0 && draft.Item.Values.ContainsKey(number[0].Name) ? draft.Item.Number(number[0].Name) : null;
                return draft.Same(_ => Activation.Named(name, given));
            });
        }
    }
}
