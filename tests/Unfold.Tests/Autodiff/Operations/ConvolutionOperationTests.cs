using System.Text.Json;
using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;
using Unfold.Testing;

namespace Unfold.Tests.Autodiff.Operations;

public sealed class ConvolutionOperationTests
{
    private static readonly ConvolutionCase[] Small =
    [
        new([1, 1, 1], [1, 1, 1]),
        new([2, 2, 5], [3, 2, 3]) { Padding = Padding.Same },
        new([1, 2, 5], [9, 2, 3]) { Stride = [2], Padding = Padding.Same, Flip = true },
        new([2, 1, 6], [2, 1, 2]) { Padding = Padding.Causal, Dilation = [3], HasBias = false },
        new([1, 4, 3, 3], [4, 1, 2, 3]) { Groups = 4, Padding = Padding.Explicit(1), Flip = true },
        new([1, 1, 4, 5], [10, 1, 3, 2]) { Stride = [2, 1], Padding = Padding.SameLower },
        new([1, 2, 2, 3, 2], [9, 2, 2, 1, 2]) { Padding = Padding.Explicit([1, 0, 0], [0, 1, 2]) },
        new([1, 2, 3], [2, 3, 2]) { Transposed = true, Stride = [3], OutputPadding = [1] },
        new([1, 2, 2, 3], [2, 9, 3, 2]) { Transposed = true, Stride = [2, 1], Padding = Padding.Explicit(1, 0), HasBias = false },
        new([1, 9, 2, 2], [9, 1, 2, 2]) { Transposed = true, Dilation = [2], Groups = 3 },
    ];

    private static readonly ConvolutionCase[] Awkward =
    [
        // Around vectors and tiles of channels, with rows longer and shorter than a tile, and taps that are and are not neighbours in memory.
        new([2, 15, 7, 13], [17, 15, 3, 3]) { Padding = Padding.Same },
        new([1, 16, 9, 25], [33, 16, 3, 3]) { Padding = Padding.Same, Dilation = [1, 2] },
        new([2, 31, 5, 6], [32, 31, 2, 4]) { Stride = [3, 2], Padding = Padding.Explicit([2, 0], [1, 3]), Flip = true },
        new([3, 33, 4, 4], [9, 33, 1, 1]),
        new([2, 8, 5, 5], [20, 8, 1, 1]) { Stride = [2] },
        new([2, 5, 3, 70], [12, 5, 1, 5]) { Padding = Padding.Explicit(0, 2) },
        new([5, 64, 1], [64, 64, 3]) { Padding = Padding.Same },
        new([3, 10, 1, 1], [11, 10, 1, 1]),
        new([2, 25, 150], [25, 25, 7]) { Padding = Padding.Causal, Dilation = [16] },
        new([1, 3, 1200], [9, 3, 5]) { Stride = [2], Padding = Padding.Same },
        new([1, 9, 1400], [2, 9, 3]) { Dilation = [5], Padding = Padding.Causal },
        new([2, 18, 6, 7], [27, 6, 3, 3]) { Groups = 3, Padding = Padding.Same },
        new([1, 4, 4, 5, 6], [13, 4, 3, 2, 3]) { Stride = [1, 2, 2], Padding = Padding.Explicit(1, 0, 1) },
        new([2, 12, 3, 9, 9], [12, 12, 3, 1, 1]) { Padding = Padding.Same },

        // Long sums, in several blocks.
        new([1, 300, 5, 5], [16, 300, 3, 3]) { Padding = Padding.Same },
        new([1, 700, 6], [10, 700, 3]) { Padding = Padding.Same, Dilation = [2] },

        // Few channels of the target: vectors over pixels.
        new([2, 40, 9, 35], [40, 1, 3, 3]) { Groups = 40, Padding = Padding.Same },
        new([2, 9, 11, 34], [18, 1, 5, 5]) { Groups = 9, Padding = Padding.Same, Stride = [2, 2] },
        new([2, 6, 7, 66], [3, 6, 3, 3]) { Padding = Padding.Explicit(1), Stride = [1, 3] },
        new([2, 3, 20, 20], [24, 3, 7, 7]) { Padding = Padding.Explicit(3), Stride = [2] },
        new([1, 1, 30, 30], [32, 1, 3, 3]) { Padding = Padding.Same },
        new([1, 8, 260], [8, 1, 9]) { Groups = 8, Padding = Padding.Causal, Dilation = [4], Flip = true },
        new([1, 4, 5, 6, 7], [4, 1, 3, 3, 3]) { Groups = 4, Padding = Padding.Same },

        new([2, 20, 5, 6], [20, 17, 3, 3]) { Transposed = true, Stride = [2], Padding = Padding.Explicit(1), OutputPadding = [1] },
        new([2, 16, 7, 7], [16, 1, 4, 4]) { Transposed = true, Stride = [2], Padding = Padding.Same, Groups = 16 },
        new([1, 12, 40], [12, 12, 2]) { Transposed = true, Stride = [5], Padding = Padding.Same, OutputPadding = [3] },
        new([1, 2, 131], [2, 1, 3]) { Transposed = true, Stride = [2], Groups = 2 },
        new([1, 2, 64], [2, 1, 1]) { Transposed = true, Stride = [2], Groups = 2 },
        new([1, 2, 70], [2, 2, 5]) { Transposed = true, Stride = [3], Padding = Padding.Explicit(2) },
        new([2, 256, 5, 6], [128, 256, 3, 3]) { Stride = [2, 1], Padding = Padding.Same },
        new([1, 6, 3, 4, 5], [6, 10, 3, 2, 1]) { Transposed = true, Stride = [1, 2, 3], Dilation = [2, 1, 1] },
        new([0, 9, 6], [10, 9, 3]),
    ];

    public static TheoryData<int> SmallCases => [.. Enumerable.Range(0, Small.Length)];

    public static TheoryData<int> AwkwardCases => [.. Enumerable.Range(0, Awkward.Length)];

    public static TheoryData<int> GoldenCases => [.. Enumerable.Range(0, 12)];

    [Theory]
    [MemberData(nameof(SmallCases))]
    public void Small_cases_have_their_gradients(int index) => Small[index].Verify(checkReference: true);

    [Theory]
    [MemberData(nameof(AwkwardCases))]
    public void Awkward_sizes_equal_the_reference(int index) => Awkward[index].Verify(checkReference: false);

    [Theory]
    [MemberData(nameof(AwkwardCases))]
    public void Results_are_equal_to_the_bit_in_any_batch(int index)
    {
        ConvolutionCase two = Awkward[index] with { X = [2, .. Awkward[index].X.AsSpan(1)] }, one = two with { X = [1, .. two.X.AsSpan(1)] };
        float[] x = Wave(new Shape(two.X).Length, 0.3);
        Tensor weight = Tensor.From(Wave(new Shape(two.Weight).Length, 1.2), new Shape(two.Weight));
        Tape tape = Tape.ForInference();
        float[] both = two.Apply(tape, Tensor.From(x, new Shape(two.X)), weight, default).Values.ToArray();
        float[] second = one.Apply(tape, Tensor.From(x.AsSpan(x.Length / 2), new Shape(one.X)), weight, default).Values.ToArray();
        Assert.Equal(both[(both.Length / 2)..], second);
    }

    [Theory]
    [MemberData(nameof(GoldenCases))]
    public void Numbers_are_PyTorchs(int index)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(Repository.At("tests", "Unfold.Tests", "Autodiff", "Operations", "golden", "convolutions.json")));
        JsonElement golden = file.RootElement[index];
        bool same = golden.GetProperty("padding").ValueKind == JsonValueKind.String;
        var given = new ConvolutionCase(Whole("x"), Whole("weight"))
        {
            Transposed = golden.GetProperty("transposed").GetBoolean(),
            Stride = Whole("stride"),
            Dilation = Whole("dilation"),
            OutputPadding = Whole("output_padding"),
            Groups = golden.GetProperty("groups").GetInt32(),
            Padding = same ? Padding.Same : Padding.Explicit(Whole("padding")),
        };
        Tape tape = new();
        Tensor x = Watched(new Shape(given.X), 0.3), weight = Watched(new Shape(given.Weight), 1.2);
        Tensor bias = Watched(new Shape(Whole("y_shape")[1]), 2.1);
        Tensor y = given.Apply(tape, x, weight, bias);
        Assert.Equal(new Shape(Whole("y_shape")), y.Shape);
        tape.Backward([y], [Tensor.From(Wave(y.Shape.Length, 3.0), y.Shape)]);
        AssertNear("y", y);
        AssertNear("dx", tape.Gradient(x));
        AssertNear("dw", tape.Gradient(weight));
        AssertNear("db", tape.Gradient(bias));

        int[] Whole(string name) => [.. golden.GetProperty(name).ValueKind == JsonValueKind.String ? [] : golden.GetProperty(name).EnumerateArray().Select(e => e.GetInt32())];

        Tensor Watched(Shape shape, double phase) => tape.Watch(Tensor.From(Wave(shape.Length, phase), shape));

        void AssertNear(string name, Tensor actual)
        {
            double[] expected = [.. golden.GetProperty(name).EnumerateArray().Select(e => e.GetDouble())];
            Assert.Equal(expected.Length, actual.Shape.Length);

            // The numbers are sums of at most 360 products of float32 sines.
            for (int i = 0; i < expected.Length; i++)
                Assert.True(Math.Abs(expected[i] - actual.Values[i]) < 1e-5, $"{name}[{i}] is {actual.Values[i]:R}, PyTorch's {expected[i]:R}.");
        }
    }

    [Fact]
    public void After_the_first_step_nothing_is_allocated()
    {
        Tape tape = new();
        foreach (ConvolutionCase given in Awkward)
        {
            Tensor x = Tensor.Zeros(new Shape(given.X)), weight = Tensor.Zeros(new Shape(given.Weight));
            given.Size(out Shape shape);
            Tensor bias = Tensor.Zeros(new Shape(shape[1])), d = Tensor.Zeros(shape);
            long least = long.MaxValue;
            for (int step = 0; step < 5; step++)
            {
                tape.Reset();
                long before = GC.GetAllocatedBytesForCurrentThread();
                Tensor y = given.Apply(tape, tape.Watch(x), tape.Watch(weight), tape.Watch(bias));
                tape.Backward([y], [d]);
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            Assert.Equal(0, least);
        }
    }

    [Fact]
    public void Infinity_stays_in_its_own_image_and_channel()
    {
        float[] x = Wave(2 * 40 * 9 * 35, 0.3);
        x[^1] = float.PositiveInfinity;
        Tensor weight = Tensor.From(Wave(40 * 9, 1.2), new Shape(40, 1, 3, 3));
        Tensor y = Tape.ForInference().Convolution(Tensor.From(x, new Shape(2, 40, 9, 35)), weight, padding: Padding.Same, groups: 40);
        Assert.Equal(4, y.Values.ToArray().Count(value => !float.IsFinite(value)));
    }

    [Fact]
    public void Mistakes_are_named()
    {
        Tape tape = new();
        Tensor x = Tensor.Zeros(new Shape(8, 3, 28, 28));
        Assert.Equal(
            "Convolution expects x [N, C=4, H, W], but got [8, 3, 28, 28].\n  Axis 1 is 3; C, the input channels, is 4.",
            Message(() => tape.Convolution(x, Tensor.Zeros(new Shape(5, 4, 3, 3)))));
        Assert.Equal(
            "Convolution has a kernel of 31 on axis 3 of x [8, 3, 28, 28], which with padding 1 is only 30 long there.",
            Message(() => tape.Convolution(x, Tensor.Zeros(new Shape(5, 3, 3, 31)), padding: Padding.Explicit(1))));
        Assert.Equal(
            "Convolution has a kernel of 3, dilated to 41, on axis 2 of x [8, 3, 28, 28], which with padding 0 is only 28 long there.",
            Message(() => tape.Convolution(x, Tensor.Zeros(new Shape(5, 3, 3, 3)), dilation: [20])));
        Assert.Equal(
            "Convolution expects groups that divide its channels, but got 2 groups and O = 5.",
            Message(() => tape.Convolution(x, Tensor.Zeros(new Shape(5, 1, 3, 3)), groups: 2)));
        Assert.Equal(
            "Convolution expects x [N, C, T], but got [8, 3, 28, 28], which has 4 axes.", Message(() => tape.Convolution(x, Tensor.Zeros(new Shape(5, 3, 3)))));
        Assert.Contains("one to three axes", Message(() => tape.Convolution(x, Tensor.Zeros(new Shape(5, 3)))));
        Assert.Contains("bias [O=5]", Message(() => tape.Convolution(x, Tensor.Zeros(new Shape(5, 3, 3, 3)), Tensor.Zeros(new Shape(3)))));
        Assert.Contains("stride of 1 or more, but got 0", Message(() => tape.Convolution(x, Tensor.Zeros(new Shape(5, 3, 3, 3)), stride: [0])));
        Assert.Contains("stride for each of 2 axes", Message(() => tape.Convolution(x, Tensor.Zeros(new Shape(5, 3, 3, 3)), stride: [1, 2, 3])));
        Assert.Contains("padding for 2 axes", Message(() => tape.Convolution(x, Tensor.Zeros(new Shape(5, 3, 3, 3)), padding: Padding.Explicit(1, 2, 3))));
        Assert.Contains("Causal", Message(() => tape.TransposedConvolution(x, Tensor.Zeros(new Shape(3, 5, 3, 3)), padding: Padding.Causal)));
        Assert.Contains("leaves nothing", Message(() => tape.TransposedConvolution(x, Tensor.Zeros(new Shape(3, 5, 3, 3)), padding: Padding.Explicit(15))));
        Assert.Contains("zero or more", Message(() => Padding.Explicit(-1)));

        static string Message(Func<object> wrong) => Assert.Throws<ArgumentException>(wrong).Message;
    }

    internal static float[] Wave(int count, double phase) => [.. Enumerable.Range(0, count).Select(i => (float)Math.Sin((1.7 * i) + phase))];
}
