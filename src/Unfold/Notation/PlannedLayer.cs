using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Notation;

/// <summary>A layer of a <see cref="NetworkPlan"/>. Shapes are those of one item, without the batch: <c>[C, H, W]</c>, <c>[C, T]</c>, <c>[C]</c>.</summary>
public sealed class PlannedLayer
{
    private readonly Func<ParameterSet, FeedForward> _build;

    internal PlannedLayer(string name, string text, Shape input, Shape output, long multiplications, Func<ParameterSet, FeedForward> build)
    {
        Name = name;
        Text = text;
        Input = input;
        Output = output;
        Multiplications = multiplications;
        _build = build;
        ParameterSet count = new();
        build(count);
        Parameters = count.Count;
    }

    /// <summary>The layer's name, with which its parameters' names begin: the kind and its number, <c>conv1</c>.</summary>
    public string Name { get; }

    /// <summary>The layer as it was written.</summary>
    public string Text { get; }

    /// <summary>The shape of what comes in.</summary>
    public Shape Input { get; }

    /// <summary>The shape of what goes out.</summary>
    public Shape Output { get; }

    /// <summary>The number of values in its parameters.</summary>
    public long Parameters { get; }

    /// <summary>Multiplications with weights that an item takes, forward.</summary>
    public long Multiplications { get; }

    /// <summary>Makes the layer; its parameters have no values until they are allocated.</summary>
    internal FeedForward Build(ParameterSet parameters) => _build(parameters);
}
