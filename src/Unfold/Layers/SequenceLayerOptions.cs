using Unfold.Autodiff;
using Unfold.Cells;

namespace Unfold.Layers;

/// <summary>Which sequence layer a model is to have; it makes one of the size of the model's input.</summary>
public abstract record SequenceLayerOptions
{
    private protected SequenceLayerOptions()
    {
    }

    /// <summary>Makes the layer.</summary>
    /// <param name="parameters">The model's parameters, to which the layer's are added.</param>
    /// <param name="name">The beginning of the parameters' names.</param>
    /// <param name="inputSize">C, the number of input features.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public abstract SequenceLayer Build(ParameterSet parameters, string name, int inputSize);

    /// <summary>How many layers stand on each other, where that can be told from outside; each is then a <see cref="Level"/>.</summary>
    internal abstract int LevelCount { get; }

    /// <summary>One of those layers alone.</summary>
    internal abstract SequenceLayerOptions Level { get; }

    /// <summary>The probability with which an input of a layer above the first is zero in training.</summary>
    internal abstract float DropoutBetween { get; }

    /// <summary>Whether each layer above the first adds its input to its output.</summary>
    internal abstract bool AddsInput { get; }
}

/// <summary>A <see cref="Recurrent"/>.</summary>
/// <param name="Cell">The cell of every layer.</param>
public sealed record RecurrentOptions(Cell Cell) : SequenceLayerOptions
{
    /// <summary>H, the hidden units of each layer; 1 or more; default 128.</summary>
    public int Hidden { get; init; } = 128;

    /// <summary>L, how many layers; 1 or more; default 1.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>The probability with which an input of a layer above the first is zero in training; from 0, the default, to below 1.</summary>
    public float Dropout { get; init; }

    /// <summary>Whether each layer above the first adds its input to its output, where both are of one size (residual connections: He et al. 2016). Default false.</summary>
    public bool SkipConnections { get; init; }

    /// <summary>Whether training keeps less and computes it again: see <see cref="Recurrent.Recompute"/>. Default false.</summary>
    public bool Recompute { get; init; }

    /// <inheritdoc/>
    internal override int LevelCount => Layers;

    /// <inheritdoc/>
    internal override SequenceLayerOptions Level => this with { Layers = 1, Dropout = 0 };

    /// <inheritdoc/>
    internal override float DropoutBetween => Dropout;

    /// <inheritdoc/>
    internal override bool AddsInput => SkipConnections;

    /// <inheritdoc/>
    public override SequenceLayer Build(ParameterSet parameters, string name, int inputSize) =>
        new Recurrent(parameters, name, Cell, inputSize, Hidden, Layers, Dropout, SkipConnections) { Recompute = Recompute };
}

/// <summary>A <see cref="TemporalConvolutionalNetwork"/>; the defaults are those of Bai et al. 2018 for images read pixel by pixel.</summary>
public sealed record TemporalConvolutionalOptions : SequenceLayerOptions
{
    /// <summary>H, the channels of every level; 1 or more; default 25.</summary>
    public int Channels { get; init; } = 25;

    /// <summary>How many blocks, each of twice the dilation; 1 to 20; default 8.</summary>
    public int Levels { get; init; } = 8;

    /// <summary>k, the kernel's length; 2 or more; default 7.</summary>
    public int Kernel { get; init; } = 7;

    /// <summary>The probability of a zero behind each convolution in training; from 0, the default, to below 1.</summary>
    public float Dropout { get; init; }

    /// <inheritdoc/>
    internal override int LevelCount => 1;

    /// <inheritdoc/>
    internal override SequenceLayerOptions Level => this;

    /// <inheritdoc/>
    internal override float DropoutBetween => 0;

    /// <inheritdoc/>
    internal override bool AddsInput => false;

    /// <inheritdoc/>
    public override SequenceLayer Build(ParameterSet parameters, string name, int inputSize) =>
        new TemporalConvolutionalNetwork(parameters, name, inputSize, Channels, Levels, Kernel, Dropout);
}
