using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Data;
using Unfold.Layers;
using Unfold.Models;

namespace Unfold.Cli.Commands;

/// <summary>The options of <c>unfold train classify</c> that change the model and its training.</summary>
internal sealed class ClassifyOptions
{
    private static readonly SequenceClassifierOptions Standard = new();

    private readonly OptionSet<SequenceClassifierOptions> _model;
    private readonly SequenceEncoderChoice _encoder;
    private readonly CommonOptions _common;

    public ClassifyOptions(Command command)
    {
        _encoder = new SequenceEncoderChoice(command, Standard.Encoder);
        _model = new OptionSet<SequenceClassifierOptions>(command);
        AddModel();
        AddText();
        AddData();
        AddMeasures();
        _common = new CommonOptions(command, Standard);
    }

    /// <summary>With how many seeds to train, from that of the options on.</summary>
    public int Seeds(ParseResult parsed) => _common.Seeds(parsed);

    /// <summary>The base, changed by whatever the command says.</summary>
    public SequenceClassifierOptions Apply(ParseResult parsed, SequenceClassifierOptions standard) =>
        (SequenceClassifierOptions)_common.Apply(parsed, _model.Apply(parsed, standard with { Encoder = _encoder.Apply(parsed, standard.Encoder) }));

    private void AddModel()
    {
        _model.Bind(Values.OneOf("--reading", "What is taken of the layers' outputs", "auto", "auto", "last", "mean", "max"), (options, value) => options with
        {
            Reading = value switch { "last" => SequenceReading.Last, "mean" => SequenceReading.Mean, "max" => SequenceReading.Max, _ => null },
        });
        _model.Bind(Values.Number("--dropout-edges", "The probability with which an input of the first layer and of the last is dropped while training", 0, 0.99, Standard.EdgeDropout),
            (options, value) => options with { EdgeDropout = (float)value });
        _model.Bind(Values.Number("--label-smoothing", "How much of the probability training gives to all classes alike", 0, 0.99, Standard.LabelSmoothing),
            (options, value) => options with { LabelSmoothing = (float)value });
        _model.Bind(new Option<bool>("--multi-label") { Description = "A sequence may have any number of labels, separated by ; or | in its file" }, (options, value) => options with { MultiLabel = value });
        _model.Bind(
            new Option<string>("--augment") { Description = "What is done to training series at random, as in \"jitter 0.05, scale 0.1, time_warp 0.2\" [default: nothing]", HelpName = "LIST" },
            (options, value) => options with { Augment = value });
    }

    private void AddMeasures()
    {
        _model.Bind(Values.Number("--test-share", "The share of the sequences, of each class alike, that is put aside first and measured at the end", 0, 0.9, Standard.TestShare),
            (options, value) => options with { TestShare = value });
        _model.Bind(Values.OptionalNumber("--validation", "The share of the others that is held out and measured after each epoch [default: 0.1 where there are none to test on, else 0]", 0, 0.9),
            (options, value) => options with { Validation = value });
        _model.Bind(
            new Option<bool>("--baseline") { Description = "Also measure what a network must beat: the commonest class; naive Bayes and a linear classifier of texts, the nearest neighbour of series" },
            (options, value) => options with { Baseline = value });
    }

    private void AddText()
    {
        _model.Bind(Values.OneOf("--tokens", "What of a text is read one of at a time", "auto", "auto", "char", "word"), (options, value) => options with
        {
            Tokens = value switch { "char" => TokenKind.Character, "word" => TokenKind.Word, _ => null },
        });
        _model.Bind(Values.OptionalWhole("--vocabulary", "The most tokens in the vocabulary, the commonest first [default: all characters, or 10,000 words]", 2, 10_000_000),
            (options, value) => options with { VocabularySize = value });
        _model.Bind(Values.Whole("--embedding", "The size of a token's vector", 1, 65536, Standard.Embedding), (options, value) => options with { Embedding = value });
        _model.Bind(Values.Number("--dropout-tokens", "The probability with which a token is read as an unknown one while training", 0, 0.99, Standard.TokenDropout),
            (options, value) => options with { TokenDropout = (float)value });
        _model.Bind(new Option<bool>("--sentences") { Description = "Read a text as a sequence of sentences, each of which is read by layers of its own first" },
            (options, value) => options with { Sentences = value });
    }

    private void AddData()
    {
        _model.Bind(Values.Whole("--bands", "Of recordings: how many bands of frequency there are at each step", 1, 256, Standard.Bands), (options, value) => options with { Bands = value });
        _model.Bind(new Option<bool>("--normalize-each") { Description = "Bring each channel of each series or recording to mean 0 and deviation 1 by itself" },
            (options, value) => options with { NormalizeEach = value });
        _model.Bind(Values.Whole("--max-steps", "Longer sequences are cut off behind so many steps, and counted", 1, int.MaxValue, Standard.MaxSteps), (options, value) => options with { MaxSteps = value });
    }
}
