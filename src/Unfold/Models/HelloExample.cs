using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Data;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>The probabilities of the next letter after one letter of the word.</summary>
/// <param name="Input">The letter that is read.</param>
/// <param name="Target">The letter that comes next in the word.</param>
/// <param name="Probabilities">The probability of each letter of the vocabulary, in its order.</param>
public sealed record HelloStep(string Input, string Target, IReadOnlyList<double> Probabilities);

/// <summary>The smallest language model: with the vocabulary h, e, l, o it learns to go on from h to "hello".</summary>
public sealed class HelloExample
{
    private const string Word = "hello";

    private HelloExample()
    {
    }

    /// <summary>The letters, in the order of <see cref="HelloStep.Probabilities"/>: h, e, l, o.</summary>
    public IReadOnlyList<string> Vocabulary { get; private init; } = [];

    /// <summary>The four steps with the first, random weights.</summary>
    public IReadOnlyList<HelloStep> Before { get; private init; } = [];

    /// <summary>The four steps after training.</summary>
    public IReadOnlyList<HelloStep> After { get; private init; } = [];

    /// <summary>What the trained model writes on from "h", always taking the likeliest letter.</summary>
    public string Written { get; private init; } = "";

    /// <summary>The losses; an epoch is one step, over the whole word.</summary>
    public TrainingReport Report { get; private init; } = new() { Task = "" };

    /// <summary>Trains the example, in well under a second: the library's <c>rnn</c> cell, the word whole, Adam.</summary>
    /// <param name="hidden">Hidden units; at least 1; default 16.</param>
    /// <param name="steps">Updates of the weights; at least 1; default 200.</param>
    /// <param name="learningRate">Adam's learning rate; above 0; default 0.05.</param>
    /// <param name="seed">Decides the first weights.</param>
    /// <returns>The probabilities before and after.</returns>
    /// <exception cref="OptionException">An option is out of range.</exception>
    public static HelloExample Train(int hidden = 16, int steps = 200, float learningRate = 0.05f, ulong seed = 1)
    {
        LanguageModelOptions options = new()
        {
            Cell = Cell.Named("rnn"),
            Hidden = hidden,
            Epochs = steps,
            LearningRate = learningRate,
            Decay = LearningRateDecay.Constant,
            Seed = seed,
            Batch = 1,
            Unroll = Word.Length - 1,
            Validation = 0,
        };
        options.Check();
        Vocabulary vocabulary = new(TokenKind.Character, ["h", "e", "l", "o"], -1);
        int[] tokens = vocabulary.Encode(Word);
        LanguageNetwork network = LanguageNetwork.Build(options, vocabulary.Count);
        TrainingReport report = new() { Task = "hello", Seed = seed, Parameters = network.Parameters.Count };
        LanguageModelFile description = new(options, vocabulary, UnigramModel.Of(tokens, vocabulary.Count), report);
        LanguageModelTask task = new(network, description, tokens, [], charactersPerToken: 1, TextCorpus.Fingerprint(Word));
        IReadOnlyList<HelloStep> before = Probabilities(network, vocabulary, tokens);
        Trainer trainer = new(task, options, progress: null);
        report = trainer.Run() with { Task = "hello" };
        LanguageModel model = new(description, network);
        return new HelloExample
        {
            Vocabulary = vocabulary.Tokens,
            Before = before,
            After = Probabilities(network, vocabulary, tokens),
            Written = string.Concat(model.Generate(new GenerationOptions { Length = Word.Length - 1, Greedy = true })),
            Report = report,
        };
    }

    private static List<HelloStep> Probabilities(LanguageNetwork network, Vocabulary vocabulary, int[] tokens)
    {
        int steps = tokens.Length - 1;
        Tensors.Tensor logits = network.Forward(Tape.ForInference(), tokens.AsSpan(0, steps), steps, 1, null, network.Rnn.InitialState(1));
        List<HelloStep> result = [];
        for (int t = 0; t < steps; t++)
        {
            double[] weights = [.. logits.Slice(t, 1).Values.ToArray().Select(logit => Math.Exp(logit))];
            double sum = weights.Sum();
            result.Add(new HelloStep(vocabulary.Tokens[tokens[t]], vocabulary.Tokens[tokens[t + 1]], [.. weights.Select(weight => weight / sum)]));
        }

        return result;
    }
}
