using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>From what layers make of the tokens to labels: what the loss is in training, and how labels are chosen.</summary>
internal abstract class LabelHead
{
    /// <summary>The layers from input to output.</summary>
    internal abstract IEnumerable<Layer> Layers { get; }

    /// <summary>The recurrent layers as PyTorch's modules call them.</summary>
    internal virtual IEnumerable<RecurrentPart> Parts => [];

    /// <summary>The head that options ask for.</summary>
    /// <param name="parameters">The model's parameters.</param>
    /// <param name="options">The model's options.</param>
    /// <param name="size">O, the features of each token.</param>
    /// <param name="labels">K.</param>
    /// <param name="rules">Which labels may follow one another; null for all.</param>
    internal static LabelHead Of(ParameterSet parameters, TaggerOptions options, int size, int labels, LabelRules? rules) => options switch
    {
        { Feedback: true } => new FeedbackHead(parameters, options, size, labels, rules),
        { Crf: true } => new CrfHead(parameters, size, labels, rules),
        _ => new IndependentHead(parameters, size, labels, options.LabelSmoothing),
    };

    /// <summary>The mean loss of the batch, in nats a token; every label must be known.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[S, O].</param>
    /// <param name="inputs">The batch.</param>
    /// <param name="moment">When in training; null when only measuring.</param>
    internal abstract Tensor Loss(Tape tape, Tensor x, TaggerInputs inputs, TrainingMoment? moment);

    /// <summary>Writes the chosen labels, one for each row.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[S, O].</param>
    /// <param name="sequences">How the tokens lie.</param>
    /// <param name="labels">[S].</param>
    internal abstract void Decode(Tape tape, Tensor x, PackedSequences sequences, Span<int> labels);
}

/// <summary>A step of training.</summary>
/// <param name="Seed">The seed of all chance.</param>
/// <param name="Epoch">The epoch, from 0.</param>
/// <param name="Step">The step in it.</param>
/// <param name="Done">The share of all epochs that are over, from 0 to below 1.</param>
internal readonly record struct TrainingMoment(ulong Seed, int Epoch, int Step, double Done);
