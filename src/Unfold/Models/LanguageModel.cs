using Unfold.Data;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>
/// A recurrent language model: reads a text token by token and gives the probability of each next one. It can be trained, saved, loaded, asked
/// to go on with a text, and asked how likely a text is. Using it never changes it, so that any number of threads may.
/// </summary>
/// <remarks>
/// Effectively computes <c>softmax(W h + b)</c> over the vocabulary, where h is the output of a stack of recurrent layers over the tokens' vectors.
/// Weights are named as PyTorch's <c>encoder</c>, <c>rnn</c> and <c>decoder</c> in its word language model example.
/// </remarks>
public sealed class LanguageModel
{
    private LanguageModel()
    {
    }

    /// <summary>How the model was built and trained.</summary>
    public LanguageModelOptions Options => throw new NotSupportedException();

    /// <summary>The tokens it knows.</summary>
    public Vocabulary Vocabulary => throw new NotSupportedException();

    /// <summary>What training did.</summary>
    public TrainingReport Report => throw new NotSupportedException();

    /// <summary>How many numbers were trained.</summary>
    public long ParameterCount => throw new NotSupportedException();

    /// <summary>Trains a model on a text.</summary>
    /// <param name="corpus">The text; its end is held out as the options say.</param>
    /// <param name="options">What to build and how to train it; null for the defaults.</param>
    /// <param name="progress">Told of every step, on the calling thread.</param>
    /// <param name="cancellationToken">Ends the run after the current step; a checkpoint is saved first if the options name one.</param>
    /// <returns>The trained model.</returns>
    /// <exception cref="InputException">The text is too short for the options.</exception>
    /// <exception cref="OptionException">An option is out of range.</exception>
    /// <exception cref="ModelFileException">A checkpoint cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static LanguageModel Train(
        TextCorpus corpus, LanguageModelOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    /// <summary>Trains a model on a text; see <see cref="Train(TextCorpus, LanguageModelOptions, IProgress{TrainingProgress}, CancellationToken)"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="options">What to build and how to train it; null for the defaults.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="cancellationToken">Ends the run after the current step.</param>
    /// <returns>The trained model.</returns>
    public static LanguageModel Train(
        string text, LanguageModelOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Train(TextCorpus.FromText(text), options, progress, cancellationToken);

    /// <summary>The options of the run that a checkpoint belongs to, to start from when resuming it.</summary>
    /// <param name="path">The checkpoint.</param>
    /// <returns>The options, with <see cref="LanguageModelOptions.ResumePath"/> and <see cref="LanguageModelOptions.CheckpointPath"/> set to the checkpoint.</returns>
    /// <exception cref="ModelFileException">The file cannot be read as a checkpoint.</exception>
    public static LanguageModelOptions ReadCheckpointOptions(string path) => throw new NotSupportedException();

    /// <summary>Reads a model from its file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelFileException">The file is missing, cut short, inconsistent, or holds something else.</exception>
    public static LanguageModel Load(string path) => throw new NotSupportedException();

    /// <summary>Writes the model to one file; under its final name only when it is complete. The same model gives the same bytes.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public void Save(string path) => throw new NotSupportedException();

    /// <summary>Writes on from a prompt, a token at a time; memory and the cost of a token are constant however long the text.</summary>
    /// <param name="options">The prompt, the length and how to choose; null for the defaults.</param>
    /// <returns>The text of each token as it is chosen; for words with the space before it.</returns>
    /// <exception cref="InputException">The prompt has a character that the model does not know.</exception>
    /// <exception cref="OptionException">An option is out of range.</exception>
    public IEnumerable<string> Generate(GenerationOptions? options = null) => throw new NotSupportedException();

    /// <summary>As <see cref="Generate"/>, without holding the caller's thread.</summary>
    /// <param name="options">The prompt, the length and how to choose; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the text before the next token.</param>
    /// <returns>The text of each token as it is chosen.</returns>
    public IAsyncEnumerable<string> GenerateAsync(GenerationOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>How likely a text is, line by line and whole. The text is taken to begin at the start of a line.</summary>
    /// <param name="text">The text.</param>
    /// <param name="carryState">Whether the model remembers earlier lines (default), or begins each line anew, which makes lines comparable.</param>
    /// <returns>A score for each line and one for the whole.</returns>
    /// <exception cref="InputException">The text is empty, or has a character that the model does not know.</exception>
    public TextScores Score(string text, bool carryState = true) => throw new NotSupportedException();

    /// <summary>How well the model predicts a text, with the state carried from its beginning to its end, beside the unigram baseline.</summary>
    /// <param name="text">The text.</param>
    /// <param name="progress">Told the share that is done, from 0 to 1.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <returns>Loss, perplexity, accuracy, and the baseline's.</returns>
    /// <exception cref="InputException">The text is empty, or has a character that the model does not know.</exception>
    public Evaluation Evaluate(string text, IProgress<double>? progress = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The model for a reader: layers, shapes and numbers of parameters, the cell's equations, the vocabulary, and how it was trained.</summary>
    /// <returns>Several lines of text.</returns>
    public string Describe() => throw new NotSupportedException();
}
