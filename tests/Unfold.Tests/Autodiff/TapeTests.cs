using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Tests.Autodiff;

public sealed class TapeTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(300)]
    public void After_the_first_step_training_allocates_nothing(int hidden)
    {
        SmallNetwork network = new(hidden);
        network.Train(0);
        long capacity = network.Tape.ArenaCapacity;

        // On a busy machine a round now and then allocates once, where the team is started or woken; what a step allocates would show in every round.
        long least = long.MaxValue;
        for (int round = 0; round < 8; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int step = 1; step < 6; step++)
                network.Train(step);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.Equal(capacity, network.Tape.ArenaCapacity);
    }

    [Fact]
    public void Training_learns()
    {
        SmallNetwork network = new(32);
        float first = network.Train(0);
        float last = 0;
        for (int step = 1; step < 60; step++)
            last = network.Train(step);
        Assert.InRange(first, 3.8, 4.6);
        Assert.InRange(last, 0, 0.5);
    }

    [Fact]
    public void Inference_from_many_threads_gives_each_the_same()
    {
        SmallNetwork network = new(48);
        float[] expected = network.Logits(Tape.ForInference()).Values.ToArray();
        Parallel.For(0, 8, _ => Assert.Equal(expected, network.Logits(Tape.ForInference()).Values.ToArray()));
    }

    [Fact]
    public void A_plain_input_needs_no_gradient_and_says_so()
    {
        Tape tape = new();
        Tensor x = Tensor.From(1, 2);
        Tensor w = tape.Watch(Tensor.From(3, 4));
        tape.Backward(tape.Sum(tape.Multiply(x, w)));
        Assert.False(tape.NeedsGradient(x));
        Assert.Contains("Watch", Assert.Throws<ArgumentException>(() => tape.Gradient(x)).Message);
        Assert.Equal([1, 2], tape.Gradient(w).Values.ToArray());
    }

    [Fact]
    public void Parameters_gradients_add_up_over_backward_passes_and_fixed_ones_get_none()
    {
        ParameterSet set = new();
        Parameter a = set.Add("a", new Shape(2), Initializer.Ones);
        Parameter b = set.Add("b", new Shape(2), Initializer.Constant(5), trained: false);
        set.Allocate(0);
        Tape tape = new();
        for (int round = 0; round < 2; round++)
        {
            tape.Reset();
            tape.Backward(tape.Sum(tape.Multiply(a.Value, b.Value)));
        }

        Assert.Equal([10, 10], a.Gradient.Values.ToArray());
        Assert.Equal([10, 10], tape.Gradient(a.Value).Values.ToArray());
        Assert.Equal([0, 0], b.Gradient.Values.ToArray());
    }

    [Fact]
    public void What_the_loss_does_not_depend_on_has_a_gradient_of_zeros()
    {
        Tape tape = new();
        Tensor x = tape.Watch(Tensor.From(1, 2));
        Tensor unused = tape.Scale(x, 7);
        tape.Backward(tape.Sum(x));
        Assert.Equal([0, 0], tape.Gradient(unused).Values.ToArray());
        Assert.Equal([1, 1], tape.Gradient(x).Values.ToArray());
    }

    [Fact]
    public void Several_outputs_take_given_gradients()
    {
        Tape tape = new();
        Tensor x = tape.Watch(Tensor.From(1, 2));
        Tensor a = tape.Scale(x, 2);
        Tensor b = tape.Multiply(a, x);
        Tensor ofA = Tensor.From(1, 10), ofB = Tensor.From(100, 1000);
        tape.Backward([a, b], [ofA, ofB]);
        Assert.Equal([2 + 400, 20 + 8000], tape.Gradient(x).Values.ToArray());
        Assert.Equal([1, 10], ofA.Values.ToArray());
        Assert.Equal([100, 1000], ofB.Values.ToArray());
    }

    [Fact]
    public void A_given_gradient_stays_as_it_is()
    {
        Tape tape = new();
        foreach (bool isLast in (bool[])[true, false])
        {
            Tensor x = tape.Watch(Tensor.From(1, 2));
            Tensor a = tape.Multiply(x, x);
            if (!isLast)
                tape.Scale(a, 3);
            Tensor given = Tensor.From(1, 10);
            tape.Backward([a], [given]);
            Assert.Equal([2, 40], tape.Gradient(x).Values.ToArray());
            Assert.Equal([1, 10], tape.Gradient(a).Values.ToArray());
            Assert.Equal([1, 10], given.Values.ToArray());
            tape.Reset();
        }
    }

    [Fact]
    public void Nothing_is_recorded_for_inference()
    {
        ParameterSet set = new();
        Parameter a = set.Add("a", new Shape(2), Initializer.Ones);
        set.Allocate(0);
        Tape tape = Tape.ForInference();
        Tensor y = tape.Sum(a.Value);
        Assert.Equal(2, y.Scalar);
        Assert.Contains("Recording", Assert.Throws<InvalidOperationException>(() => tape.Backward(y)).Message);
    }

    [Fact]
    public void Misuse_is_refused()
    {
        Tape tape = new();
        Tensor x = tape.Watch(Tensor.From(1, 2));
        Assert.Contains("[2]", Assert.Throws<ArgumentException>(() => tape.Backward(x)).Message);
        Assert.Contains("depends on no", Assert.Throws<ArgumentException>(() => tape.Backward(Tensor.From(1))).Message);
        Assert.Contains("another tape", Assert.Throws<ArgumentException>(() => new Tape().Add(x, x)).Message);
        Assert.Contains("output 0 is [2] and its gradient [3]",
            Assert.Throws<ArgumentException>(() => tape.Backward([x], [Tensor.From(1, 2, 3)])).Message);
        Tensor loss = tape.Sum(x);
        tape.Backward(loss);
        Assert.Contains("Reset()", Assert.Throws<InvalidOperationException>(() => tape.Backward(loss)).Message);
        tape.Reset();
        Assert.Contains("Copy()", Assert.Throws<InvalidOperationException>(() => tape.Add(x, x)).Message);
    }

    [Fact]
    public void Objects_are_handed_out_again_in_order()
    {
        Tape tape = new();
        List<int> first = tape.RentObject<List<int>>();
        List<int> second = tape.RentObject<List<int>>();
        Assert.NotSame(first, second);
        tape.Reset();
        Assert.Same(first, tape.RentObject<List<int>>());
        Assert.IsType<Queue<int>>(tape.RentObject<Queue<int>>());
        Assert.Same(second, tape.RentObject<List<int>>());
    }

    [Fact]
    public void Shapes_may_change_from_step_to_step()
    {
        Tape tape = new();
        Random random = new(2);
        long capacity = 0;
        for (int step = 0; step < 300; step++)
        {
            tape.Reset();
            Tensor x = tape.Watch(Tensor.Zeros(new Shape(random.Next(1, 40), 1000)));
            tape.Backward(tape.Sum(tape.Sigmoid(tape.Sigmoid(x))));
            Assert.Equal(0.25f * 0.25f * 4 * tape.Gradient(x)[0, 0], tape.Gradient(x)[x.Shape[0] - 1, 999] * 0.25f);
            if (step == 100)
                capacity = tape.ArenaCapacity;
        }

        Assert.Equal(capacity, tape.ArenaCapacity);
    }
}
