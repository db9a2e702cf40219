using System.Runtime.CompilerServices;
using Unfold.Data;
using Unfold.Formats.Safetensors;
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
    private readonly LanguageModelFile _description;
    private readonly LanguageNetwork _network;

    internal LanguageModel(LanguageModelFile description, LanguageNetwork network)
    {
        _description = description;
        _network = network;
    }

    /// <summary>The layers.</summary>
    internal LanguageNetwork Network => _network;

    /// <summary>Everything but the weights.</summary>
    internal LanguageModelFile Description => _description;

    /// <summary>How the model was built and trained.</summary>
    public LanguageModelOptions Options => _description.Options;

    /// <summary>The tokens it knows.</summary>
    public Vocabulary Vocabulary => _description.Vocabulary;

    /// <summary>What training did.</summary>
    public TrainingReport Report => _description.Report;

    /// <summary>How many numbers the model has.</summary>
    public long ParameterCount => _network.Parameters.Count;

    /// <summary>Trains a model on a text.</summary>
    /// <param name="corpus">The text; its end is held out as the options say.</param>
    /// <param name="options">What to build and how to train it; null for the defaults.</param>
    /// <param name="progress">Told of every step, on the calling thread.</param>
    /// <param name="cancellationToken">Ends the run after the current step; a checkpoint is saved first if the options name one.</param>
    /// <returns>The trained model.</returns>
    /// <exception cref="InputException">The text is too short for the options.</exception>
    /// <exception cref="OptionException">An option is out of range.</exception>
    /// <exception cref="ModelFileException">A checkpoint cannot be read or written.</exception>
    /// <exception cref="TrainingException">The loss is no longer a number.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static LanguageModel Train(
        TextCorpus corpus, LanguageModelOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        return LanguageModelTraining.Run(corpus, options ?? new LanguageModelOptions(), progress, cancellationToken);
    }

    /// <summary>Trains a model on a text; see <see cref="Train(TextCorpus, LanguageModelOptions, IProgress{TrainingProgress}, CancellationToken)"/>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="options">What to build and how to train it; null for the defaults.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="cancellationToken">Ends the run after the current step.</param>
    /// <returns>The trained model.</returns>
    public static LanguageModel Train(
        string text, LanguageModelOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Train(TextCorpus.FromText(text), options, progress, cancellationToken);

    /// <summary>What a network must beat: the loss of counting n-grams of the training part (<see cref="Baselines.NGramModel"/>) over the held-out part, divided as in training.</summary>
    /// <param name="corpus">The text.</param>
    /// <param name="options">What a token is, the size of the vocabulary and the held-out share; null for the defaults.</param>
    /// <param name="order">The tokens of the longest n-gram, 1 to 20; null (default) for 5 words or 10 characters.</param>
    /// <param name="cancellationToken">Ends the measurement.</param>
    /// <returns>Nats a token; null where nothing is held out.</returns>
    /// <exception cref="OptionException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">The order is out of range.</exception>
    public static double? NGramLoss(TextCorpus corpus, LanguageModelOptions? options = null, int? order = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        options ??= LanguageModelOptions.For(corpus);
        return LanguageModelTraining.NGramLoss(corpus, options, order ?? (options.Tokens == TokenKind.Word ? 5 : 10), cancellationToken);
    }

    /// <summary>The options of the run that a checkpoint belongs to, to start from when resuming it.</summary>
    /// <param name="path">The checkpoint.</param>
    /// <returns>The options, with <see cref="TrainingOptions.ResumePath"/> and <see cref="TrainingOptions.CheckpointPath"/> set to the checkpoint.</returns>
    /// <exception cref="ModelFileException">The file cannot be read as a checkpoint.</exception>
    public static LanguageModelOptions ReadCheckpointOptions(string path)
    {
        using SafetensorsFile file = Checkpoint.Open(path);
        return LanguageModelFile.ReadMetadata(file).Options with { ResumePath = path, CheckpointPath = path };
    }

    /// <summary>Reads a model from its file, or from a checkpoint as far as its training had come.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelFileException">The file is missing, cut short, inconsistent, or holds something else.</exception>
    public static LanguageModel Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        LanguageModelFile description = LanguageModelFile.ReadMetadata(file);
        return new LanguageModel(description, ModelWeights.Load(file, "language model", () => new LanguageNetwork(description.Options, description.Vocabulary.Count)));
    }

    /// <summary>Writes the model to one file; under its final name only when it is complete. The same model gives the same bytes.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public void Save(string path) => ModelWeights.Save(path, _description.WriteMetadata, _network);

    /// <summary>Writes on from a prompt, a token at a time; memory and the cost of a token are constant however long the text.</summary>
    /// <param name="options">The prompt, the length and how to choose; null for the defaults.</param>
    /// <returns>The text of each token as it is chosen; for words with the space before it.</returns>
    /// <exception cref="InputException">The prompt has a character that the model does not know.</exception>
    /// <exception cref="OptionException">An option is out of range.</exception>
    public IEnumerable<string> Generate(GenerationOptions? options = null)
    {
        options ??= new GenerationOptions();
        options.Check();
        int[] prompt = Vocabulary.Encode(options.Prompt);
        return new TextGenerator(_network, _description).Generate(prompt, options);
    }

    /// <summary>As <see cref="Generate"/>, without holding the caller's thread.</summary>
    /// <param name="options">The prompt, the length and how to choose; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the text before the next token.</param>
    /// <returns>The text of each token as it is chosen.</returns>
    public IAsyncEnumerable<string> GenerateAsync(GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        Stream(Generate(options), cancellationToken);

    /// <summary>How likely a text is, line by line and whole. The text is taken to begin at the start of a line.</summary>
    /// <param name="text">The text.</param>
    /// <param name="carryState">Whether the model remembers earlier lines (default), or begins each line anew, which makes lines comparable.</param>
    /// <returns>A score for each line and one for the whole.</returns>
    /// <exception cref="InputException">The text is empty, or has a character that the model does not know.</exception>
    public TextScores Score(string text, bool carryState = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new TextScorer(_network, _description).Score(text, carryState);
    }

    /// <summary>How well the model predicts a text, with the state carried from its beginning to its end, beside the unigram baseline.</summary>
    /// <param name="text">The text.</param>
    /// <param name="progress">Told how many tokens are done.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <returns>Loss, perplexity, accuracy, and the baseline's.</returns>
    /// <exception cref="InputException">The text is empty, or has a character that the model does not know.</exception>
    public Evaluation Evaluate(string text, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new TextScorer(_network, _description).Evaluate(text, progress is null ? null : progress.Report, cancellationToken);
    }

    /// <summary>The model for a reader: layers, shapes and numbers of parameters, the cell's equations, the vocabulary, and how it was trained.</summary>
    /// <returns>Several lines of text.</returns>
    public string Describe() => LanguageModelDescription.Of(_description, _network);

    /// <summary>The model in one line.</summary>
    /// <returns>As in <c>LanguageModel(lstm, 65 characters, hidden 128, layers 1)  # 148,865 parameters</c>.</returns>
    public override string ToString() =>
        $"LanguageModel({Options.Cell.Name}, {Vocabulary.Count} {(Vocabulary.Kind == TokenKind.Word ? "words" : "characters")}, hidden {Options.Hidden}, layers {Options.Layers})"
        + $"  # {ParameterCount:N0} parameters";

    private static async IAsyncEnumerable<string> Stream(IEnumerable<string> tokens, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using IEnumerator<string> enumerator = tokens.GetEnumerator();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!await Task.Run(enumerator.MoveNext, cancellationToken))
                yield break;
            yield return enumerator.Current;
        }
    }
}
