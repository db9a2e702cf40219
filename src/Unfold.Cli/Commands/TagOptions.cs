using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Models;

namespace Unfold.Cli.Commands;

/// <summary>The options of <c>unfold train tag</c> that change the model and its training.</summary>
internal sealed class TagOptions
{
    private static readonly TaggerOptions Standard = new();

    private readonly OptionSet<TaggerOptions> _model;
    private readonly SequenceEncoderChoice _encoder;
    private readonly CommonOptions _common;

    public TagOptions(Command command)
    {
        _encoder = new SequenceEncoderChoice(command, Standard.Encoder);
        _model = new OptionSet<TaggerOptions>(command);
        AddModel();
        AddTraining();
        _common = new CommonOptions(command, Standard);
    }

    /// <summary>With how many seeds to train, from that of the options on.</summary>
    public int Seeds(ParseResult parsed) => _common.Seeds(parsed);

    /// <summary>The base, changed by whatever the command says.</summary>
    public TaggerOptions Apply(ParseResult parsed, TaggerOptions standard) =>
        (TaggerOptions)_common.Apply(parsed, _model.Apply(parsed, standard with { Encoder = _encoder.Apply(parsed, standard.Encoder) }));

    private void AddModel()
    {
        _model.Bind(new Option<bool>("--crf") { Description = "Choose the labels of a sentence together, by a conditional random field" }, (options, value) => options with { Crf = value });
        _model.Bind(
            new Option<bool>("--feedback") { Description = "Choose the labels of a sentence one after the other, by a layer that reads each word together with the label before" },
            (options, value) => options with { Feedback = value });
        _model.Bind(Values.Whole("--beam", "With --feedback: how many beginnings of a sentence are followed; 1 is greedy", 1, 1000, Standard.Beam), (options, value) => options with { Beam = value });
        _model.Bind(Values.Whole("--embedding", "The size of a word's vector", 1, 65536, Standard.Embedding), (options, value) => options with { Embedding = value });
        _model.Bind(Values.Whole("--column-embedding", "The size of the vector of what stands in each other column", 1, 65536, Standard.ColumnEmbedding),
            (options, value) => options with { ColumnEmbedding = value });
        _model.Bind(Values.Whole("--characters", "How many units read a word's characters in each direction; 0 for none", 0, 65536, Standard.Characters),
            (options, value) => options with { Characters = value });
        _model.Bind(Values.Whole("--character-embedding", "The size of a character's vector", 1, 65536, Standard.CharacterEmbedding),
            (options, value) => options with { CharacterEmbedding = value });
        _model.Bind(Values.OptionalWhole("--vocabulary", "The most words in the vocabulary, the commonest first [default: all]", 1, 10_000_000),
            (options, value) => options with { VocabularySize = value });
        _model.Bind(Values.Whole("--max-steps", "Longer sentences are read in pieces of so many words", 1, int.MaxValue, Standard.MaxSteps), (options, value) => options with { MaxSteps = value });
    }

    private void AddTraining()
    {
        _model.Bind(Values.Number("--dropout-words", "a: a word that occurs n times is read as an unknown one with probability a / (a + n) while training", 0, 1000, Standard.WordDropout),
            (options, value) => options with { WordDropout = (float)value });
        _model.Bind(Values.Number("--dropout-edges", "The probability with which an input of the first layer and of the last is dropped while training", 0, 0.99, Standard.EdgeDropout),
            (options, value) => options with { EdgeDropout = (float)value });
        _model.Bind(Values.Number("--sampling", "With --feedback: how often, at the end, the label before is the network's own while training, not the known one", 0, 1, Standard.Sampling),
            (options, value) => options with { Sampling = (float)value });
        _model.Bind(Values.Number("--label-smoothing", "How much of the probability training gives to all labels alike", 0, 0.99, Standard.LabelSmoothing),
            (options, value) => options with { LabelSmoothing = (float)value });
        _model.Bind(Values.OptionalNumber("--validation", "The share of the sentences that is held out and measured after each epoch [default: 0.1 where no file is given for that or to test on, else 0]", 0, 0.9),
            (options, value) => options with { Validation = value });
        _model.Bind(
            new Option<bool>("--baseline") { Description = "Also measure what a network must beat: each word's commonest label, and a hidden Markov model" },
            (options, value) => options with { Baseline = value });
    }
}
