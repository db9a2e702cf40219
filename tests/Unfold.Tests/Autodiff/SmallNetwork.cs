using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Layers;
using Unfold.Losses;
using Unfold.Optimizers;
using Unfold.Tensors;

namespace Unfold.Tests.Autodiff;

/// <summary>A classifier of symbols with every layer of the tape, and all that a training step does.</summary>
internal sealed class SmallNetwork
{
    private const int Steps = 12;
    private const int Batch = 8;
    private const int Vocabulary = 65;

    private static readonly Shape InputShape = new(Steps, Batch);

    private readonly Embedding _encoder;
    private readonly Linear _hidden;
    private readonly Dropout _dropout = new("dropout", 0.2f);
    private readonly Linear _decoder;
    private readonly Optimizer _optimizer = new Adam(0.01f);
    private readonly int[] _inputs = new int[Steps * Batch];
    private readonly int[] _targets = new int[Steps * Batch];

    public SmallNetwork(int hidden)
    {
        _encoder = new Embedding(Parameters, "encoder", Vocabulary, hidden);
        _hidden = new Linear(Parameters, "hidden", 2 * hidden, hidden);
        _decoder = new Linear(Parameters, "decoder", hidden, Vocabulary);
        Parameters.Allocate(11);
    }

    public ParameterSet Parameters { get; } = new();

    public Tape Tape { get; } = new(3);

    public float Train(int step)
    {
        for (int i = 0; i < _inputs.Length; i++)
        {
            _inputs[i] = (i * 7 + step) % Vocabulary;
            _targets[i] = i % 9 == 8 ? SoftmaxCrossEntropy.NoTarget : (i * 7 + step + 1) % Vocabulary;
        }

        Tape.Reset();
        Tape.Step = step;
        Parameters.ZeroGradients();
        Tensor loss = SoftmaxCrossEntropy.Forward(Tape, Logits(Tape), _targets);
        Tape.Backward(loss);
        GradientClipping.ByNorm(Parameters, 1);
        _optimizer.Step(Parameters);
        return loss.Scalar;
    }

    public Tensor Logits(Tape tape)
    {
        Tensor symbols = _encoder.Forward(tape, _inputs, InputShape);
        Tensor squashed = tape.Concat(tape.Tanh(symbols), tape.Sigmoid(symbols));
        Tensor hidden = tape.Relu(_hidden.Forward(tape, squashed));
        hidden = _dropout.Forward(tape, tape.Add(hidden, tape.Scale(tape.Multiply(hidden, hidden), 0.1f)));
        return _decoder.Forward(tape, hidden);
    }
}
