using Unfold.Autodiff;
using Unfold.Data;
using Unfold.Formats.Safetensors;
using Unfold.Layers;
using Unfold.Losses;
using Unfold.Metrics;
using Unfold.Tensors;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>
/// Language modelling as the trainer sees it: a step is a chunk of all lanes, and the state goes from chunk to chunk as a value without a gradient.
/// </summary>
internal sealed class LanguageModelTask : TrainingTask
{
    private const string FingerprintKey = "checkpoint_text";
    private const string StateName = "checkpoint.state.";

    private readonly LanguageNetwork _network;
    private readonly TokenLanes _lanes;
    private readonly LanguageModelFile _description;
    private readonly string _fingerprint;
    private readonly TokenScorer? _scorer;
    private readonly int[] _heldOut;
    private readonly int[] _inputs;
    private readonly int[] _targets;
    private readonly RecurrentState _carried;

    /// <summary>Cuts the data.</summary>
    /// <param name="network">The network, with values.</param>
    /// <param name="description">What the model is, for checkpoints.</param>
    /// <param name="training">The tokens to train on.</param>
    /// <param name="heldOut">The tokens to measure on; may be empty.</param>
    /// <param name="charactersPerToken">Mean characters a token.</param>
    /// <param name="fingerprint">What identifies the text.</param>
    internal LanguageModelTask(
        LanguageNetwork network, LanguageModelFile description, int[] training, int[] heldOut, double charactersPerToken, string fingerprint)
    {
        _network = network;
        _description = description;
        _heldOut = heldOut;
        _fingerprint = fingerprint;
        CharactersPerItem = charactersPerToken;
        _lanes = new TokenLanes(training, description.Options.Batch, description.Options.Unroll);
        _inputs = new int[_lanes.LongestChunk * _lanes.Lanes];
        _targets = new int[_inputs.Length];
        _scorer = heldOut.Length > 0 ? new TokenScorer(network, description.StartToken) : null;
        _carried = network.Rnn.InitialState(_lanes.Lanes);
    }

    /// <inheritdoc/>
    public override string Name => LanguageModelFile.Task;

    /// <inheritdoc/>
    public override string Items => "tokens";

    /// <inheritdoc/>
    public override ParameterSet Parameters => _network.Parameters;

    /// <inheritdoc/>
    public override int StepsPerEpoch => _lanes.Chunks;

    /// <inheritdoc/>
    public override long ItemsPerEpoch => _lanes.Tokens;

    /// <inheritdoc/>
    public override long ValidationItems => _heldOut.Length;

    /// <inheritdoc/>
    public override double CharactersPerItem { get; }

    /// <inheritdoc/>
    public override int ItemsInStep(int step) => _lanes.Length(step) * _lanes.Lanes;

    /// <inheritdoc/>
    public override Tensor Loss(Tape tape, int step)
    {
        int steps = _lanes.Length(step);
        int items = steps * _lanes.Lanes;
        _lanes.Read(step, _inputs, _targets);
        tape.Profile?.Count(StepProfile.Other);
        RecurrentState? before = step == 0 ? null : _carried;
        Tensor logits = _network.Forward(tape, _inputs.AsSpan(0, items), steps, _lanes.Lanes, before, _carried);
        return SoftmaxCrossEntropy.Forward(tape, logits, _targets.AsSpan(0, items));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Metric> Validate(Action<long> done, CancellationToken cancellationToken) =>
        [new Metric("loss", _scorer!.MeanLoss(_heldOut, done, cancellationToken))];

    /// <inheritdoc/>
    public override void SaveTo(SafetensorsWriter writer)
    {
        _description.WriteMetadata(writer);
        writer.Metadata[FingerprintKey] = _fingerprint;
        for (int i = 0; i < _carried.Tensors.Count; i++)
            writer.Add(StateName + i, _carried.Tensors[i]);
    }

    /// <inheritdoc/>
    public override void LoadFrom(SafetensorsFile file)
    {
        LanguageModelFile.ReadMetadata(file).RequireSameRun(_description);
        if (!file.Metadata.TryGetValue(FingerprintKey, out string? fingerprint) || fingerprint != _fingerprint)
            throw new ModelFileException("The checkpoint's run was trained on another text: give the same files to go on with it.");
        for (int i = 0; i < _carried.Tensors.Count; i++)
            file.ReadInto(StateName + i, _carried.Tensors[i].Shape, _carried.Tensors[i].Span);
    }
}
