using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Losses;
using Unfold.Tensors;

namespace Unfold.Tests.Losses;

/// <summary>Every loss with its options, under the names and with the targets of <c>golden/losses.py</c>, for predictions of any size.</summary>
internal sealed class EveryLoss
{
    private const int Ignored = -100;

    private readonly Dictionary<string, Func<Tape, Tensor, LossReduction, Tensor>> _losses;

    public EveryLoss(int rows, int classes)
    {
        Tensor real = LossCase.Tensor(LossCase.Numbers(rows * classes, 2, 0.9), rows, classes);
        Tensor positive = LossCase.Tensor([.. LossCase.Numbers(rows * classes, 2, 0.9).Select(Math.Abs)], rows, classes);
        Tensor yes = Make(i => i % 3 == 0 ? 1 : 0), sides = Make(i => i % 3 == 0 ? 1 : -1);
        Tensor probability = LossCase.Tensor([.. LossCase.Numbers(rows * classes, 1.5, 0.4).Select(x => 1 / (1 + Math.Exp(-x)))], rows, classes);
        Tensor soft = new Tape().Softmax(LossCase.Tensor(LossCase.Numbers(rows * classes, 1.5, 0.4), rows, classes)).Copy();
        float[] sureValues = soft.Values.ToArray();
        for (int i = 0; i < classes; i++)
            sureValues[i] = i == 1 ? 1 : 0;
        Tensor sure = Tensor.From(sureValues, new Shape(rows, classes));
        int[] all = [.. Enumerable.Range(0, rows).Select(i => (3 * i * i + i) % classes)];
        int[] some = [.. all.Select((y, i) => i % 4 == 3 ? Ignored : y)];
        float[] four = [0.5f, 1.25f, 2, 0.75f];
        float[] weights = [.. Enumerable.Range(0, classes).Select(i => four[i % 4])];
        _losses = new()
        {
            ["squared_error"] = (t, x, r) => MeanSquaredError.Forward(t, x, real, r),
            ["squared_logarithmic_error"] = (t, x, r) => MeanSquaredLogarithmicError.Forward(t, t.Softplus(x), positive, r),
            ["absolute_error"] = (t, x, r) => MeanAbsoluteError.Forward(t, x, real, r),
            ["huber"] = (t, x, r) => HuberLoss.Forward(t, x, real, 0.7f, r),
            ["binary_cross_entropy"] = (t, x, r) => BinaryCrossEntropy.Forward(t, x, yes, reduction: r),
            ["binary_cross_entropy_soft_weighted"] = (t, x, r) => BinaryCrossEntropy.Forward(t, x, probability, weights, r),
            ["cross_entropy"] = (t, x, r) => SoftmaxCrossEntropy.Forward(t, x, all, reduction: r),
            ["cross_entropy_weighted_ignored"] = (t, x, r) => SoftmaxCrossEntropy.Forward(t, x, some, Ignored, 0, weights, r),
            ["cross_entropy_smoothed"] = (t, x, r) => SoftmaxCrossEntropy.Forward(t, x, some, Ignored, 0.1f, reduction: r),
            ["cross_entropy_smoothed_weighted"] = (t, x, r) => SoftmaxCrossEntropy.Forward(t, x, some, Ignored, 0.2f, weights, r),
            ["cross_entropy_soft"] = (t, x, r) => SoftmaxCrossEntropy.Forward(t, x, soft, reduction: r),
            ["cross_entropy_soft_smoothed_weighted"] = (t, x, r) => SoftmaxCrossEntropy.Forward(t, x, soft, 0.2f, weights, r),
            ["negative_log_likelihood"] = (t, x, r) => NegativeLogLikelihood.Forward(t, t.LogSoftmax(x), some, Ignored, weights, r),
            ["kl_divergence"] = (t, x, r) => KlDivergence.Forward(t, t.LogSoftmax(x), sure, r),
            ["hinge"] = (t, x, r) => HingeLoss.Forward(t, x, sides, reduction: r),
            ["multi_class_hinge"] = (t, x, r) => MultiClassHingeLoss.Forward(t, x, all, reduction: r),
            ["multi_class_hinge_squared_weighted"] = (t, x, r) => MultiClassHingeLoss.Forward(t, x, all, 2, 0.5f, weights, r),
        };

        Tensor Make(Func<int, double> value) => LossCase.Tensor([.. Enumerable.Range(0, rows * classes).Select(value)], rows, classes);
    }

    public static IEnumerable<string> Names => new EveryLoss(2, 4)._losses.Keys;

    public Tensor Forward(string name, Tape tape, Tensor predictions, LossReduction reduction = LossReduction.Mean) =>
        _losses[name](tape, predictions, reduction);
}
