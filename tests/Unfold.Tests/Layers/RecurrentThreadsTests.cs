using Unfold.Autodiff;
using Unfold.Kernels.Threading;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Tests.Layers;

/// <summary>Recurrent layers with teams of different sizes.</summary>
[Collection(nameof(Team))]
public sealed class RecurrentThreadsTests : IDisposable
{
    private readonly int _before = Team.Shared.Size;

    public static TheoryData<string> Cells => RecurrentTests.Cells;

    public void Dispose() => Team.SetSize(_before);

    [Theory]
    [MemberData(nameof(Cells))]
    public void Gradients_are_equal_to_the_bit_for_any_number_of_threads(string name)
    {
        float[]? expected = null;
        foreach (int threads in new[] { 1, 2, 4 })
        {
            Team.SetSize(threads);
            (Recurrent rnn, ParameterSet parameters) = RecurrentTests.Build(name, 10, 40, dropout: 0.3f);
            float[] gradients = Train(rnn, parameters, new Tape(3) { Step = 5 });
            expected ??= gradients;
            Assert.Equal(expected, gradients);
        }
    }

    private static float[] Train(Recurrent rnn, ParameterSet parameters, Tape tape)
    {
        Tensor x = RecurrentTests.Wave(new Shape(6, 21, rnn.InputSize));
        (Tensor y, _) = rnn.Forward(tape, x);
        tape.Backward([y], [RecurrentTests.Wave(y.Shape)]);
        return parameters.Gradients.ToArray();
    }
}
