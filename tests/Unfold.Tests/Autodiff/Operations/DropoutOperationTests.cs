using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Autodiff.Reference;
using Unfold.Tensors;

namespace Unfold.Tests.Autodiff.Operations;

public sealed class DropoutOperationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(2000)]
    public void The_gradient_passes_where_the_value_did(int columns)
    {
        // The mask, seen through ones, is what the reference is given.
        double[] mask = [.. Apply(new Tape(7), Ones(5, 3, columns), 0.4f).Values.ToArray().Select(x => (double)x)];
        new OperationCase(new Shape(5, 3, columns))
        {
            Tape = (tape, x) => Apply(tape, x[0], 0.4f),
            Forward = (x, y) => ReferenceMath<double>.Dropout(x[0], mask, y),
            Backward = (d, x, y, g) => ReferenceMath<double>.DropoutBackward(d, mask, g[0]),
            Length = 15 * columns,
            CheckReference = columns < 100,
            Seed = 7,
        }.Verify();
    }

    [Fact]
    public void Masks_hold_zeros_and_the_scale_at_the_right_rate()
    {
        float[] mask = Apply(new Tape(1), Ones(20, 20, 250), 0.2f).Values.ToArray();
        Assert.All(mask, x => Assert.True(x is 0 or 1.25f));
        Assert.InRange(mask.Count(x => x == 0) / (double)mask.Length, 0.19, 0.21);
    }

    [Fact]
    public void A_sequence_has_its_mask_whatever_the_batch()
    {
        float[] two = Apply(new Tape(1), Ones(4, 2, 9), 0.5f).Values.ToArray();
        float[] one = Apply(new Tape(1), Ones(4, 1, 9), 0.5f).Values.ToArray();
        for (int t = 0; t < 4; t++)
            Assert.Equal(one.AsSpan(t * 9, 9), two.AsSpan(t * 18, 9));
    }

    [Fact]
    public void Masks_differ_by_seed_step_place_time_and_sequence()
    {
        float[] Mask(ulong seed, long step, uint place) =>
            new Tape(seed) { Step = step }.Dropout(Ones(2, 2, 64), 0.5f, place).Values.ToArray();
        float[] mask = Mask(1, 1, 1);
        Assert.Equal(mask, Mask(1, 1, 1));
        Assert.NotEqual(mask, Mask(2, 1, 1));
        Assert.NotEqual(mask, Mask(1, 2, 1));
        Assert.NotEqual(mask, Mask(1, 1, 2));
        string[] rows = [.. mask.Chunk(64).Select(row => string.Join(' ', row))];
        Assert.Equal(4, rows.Distinct().Count());
    }

    [Fact]
    public void Outside_training_nothing_is_dropped()
    {
        Tensor x = Ones(2, 2, 2);
        Assert.Equal(x.Values.ToArray(), Apply(Tape.ForInference(), x, 0.9f).Values.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => Apply(new Tape(), x, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Apply(new Tape(), x, float.NaN));
    }

    private static Tensor Ones(int t, int n, int c) => Tensor.From(Enumerable.Repeat(1f, t * n * c).ToArray(), new Shape(t, n, c));

    private static Tensor Apply(Tape tape, Tensor x, float probability) => tape.Dropout(x, probability, place: 5);
}
