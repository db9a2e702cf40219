using Unfold.Data;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>
/// What a language model is made of and how it is trained. The defaults make a character model that learns visibly within minutes on
/// a few hundred kilobytes of text.
/// </summary>
public sealed record LanguageModelOptions
{
    /// <summary>Hidden units of each recurrent layer, H; at least 1; default 128.</summary>
    public int Hidden { get; init; } = 128;

    /// <summary>Recurrent layers on top of each other, L; at least 1; default 1.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>The size of a token's vector, C; at least 1; null (default) for the hidden size.</summary>
    public int? Embedding { get; init; }

    /// <summary>Whether each layer reads the token's vector too, and the output reads every layer (Graves 2013); default false.</summary>
    public bool SkipConnections { get; init; }

    /// <summary>Characters (default) or words.</summary>
    public TokenKind Tokens { get; init; }

    /// <summary>
    /// The most tokens in the vocabulary, the commonest first; the others are read as the unknown token. Null (default): every character of the
    /// text; or the 10,000 commonest words among those that the training part has at least twice.
    /// </summary>
    public int? VocabularySize { get; init; }

    /// <summary>The probability with which a number between layers is dropped while training; in [0, 1); default 0.</summary>
    public float Dropout { get; init; }

    /// <summary>The share of the text, from its end, that is held out to measure the loss on; in [0, 0.9]; default 0.1.</summary>
    public double Validation { get; init; } = 0.1;

    /// <summary>How many stretches of the text are read side by side, N; at least 1; default 32.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>How many tokens the gradient goes back, T; the state is carried on from there without a gradient; at least 1; default 64.</summary>
    public int Unroll { get; init; } = 64;

    /// <summary>How often the training part is read; at least 1; default 10.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>The rule by which gradients change weights; default Adam.</summary>
    public OptimizerKind Optimizer { get; init; }

    /// <summary>The learning rate at the start; above 0; default 0.004.</summary>
    public float LearningRate { get; init; } = 0.004f;

    /// <summary>How the learning rate changes; default half a cosine over the whole run.</summary>
    public LearningRateDecay Decay { get; init; } = LearningRateDecay.Cosine;

    /// <summary>Where a cosine or a line ends; at least 0; default 0.</summary>
    public float FinalLearningRate { get; init; }

    /// <summary>Steps at the beginning over which the learning rate rises from near 0; at least 0; default 0.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>What <see cref="LearningRateDecay.Step"/> multiplies by; in (0, 1]; default 0.5.</summary>
    public float DecayFactor { get; init; } = 0.5f;

    /// <summary>After how many epochs <see cref="LearningRateDecay.Step"/> multiplies; at least 1; default 1.</summary>
    public int DecayEpochs { get; init; } = 1;

    /// <summary>The momentum of <see cref="OptimizerKind.Momentum"/> and <see cref="OptimizerKind.Nesterov"/>; in [0, 1); default 0.9.</summary>
    public float Momentum { get; init; } = 0.9f;

    /// <summary>Decoupled weight decay a step, times the learning rate; at least 0; default 0.</summary>
    public float WeightDecay { get; init; }

    /// <summary>All gradients are scaled down together so that their Euclidean norm is at most this; above 0; null for no limit; default 1.</summary>
    public float? ClipNorm { get; init; } = 1;

    /// <summary>Each gradient is cut to within this distance of zero, before <see cref="ClipNorm"/>; above 0; null (default) for no limit.</summary>
    public float? ClipValue { get; init; }

    /// <summary>
    /// Stop after this many epochs without a lower validation loss; at least 1; null (default) to go on to the end. With anything held out
    /// and a patience, the model ends with the weights of its best epoch.
    /// </summary>
    public int? Patience { get; init; }

    /// <summary>Decides every random choice: first weights and dropout.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Where checkpoints are written: after each epoch, every <see cref="CheckpointInterval"/>, and on cancellation; null (default) for nowhere.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>The time between checkpoints within an epoch; default five minutes.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A checkpoint to go on from; null (default) to begin anew. Start from <see cref="LanguageModel.ReadCheckpointOptions"/>: an option that
    /// cannot change in the middle of a run and differs from the checkpoint's is refused.
    /// </summary>
    public string? ResumePath { get; init; }

    /// <summary>What the report names as the command of the run.</summary>
    public string Command { get; init; } = "";
}
