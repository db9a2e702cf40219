using Unfold.Tensors;

namespace Unfold.Autodiff.Initializers;

/// <summary>How many numbers a unit reads (fan-in), and how many units read a number (fan-out).</summary>
/// <param name="In">Fan-in.</param>
/// <param name="Out">Fan-out.</param>
internal readonly record struct Fans(long In, long Out)
{
    /// <summary>
    /// The fans of a weight [outputs, inputs] or, of a convolution, [outputs, inputs a group, kernel sizes…]: the second or first axis
    /// times the elements of a kernel, as PyTorch counts. A vector [n] has n for both, as in Keras.
    /// </summary>
    public static Fans Of(Shape shape)
    {
        if (shape.Rank < 2)
            return new Fans(shape.Length, shape.Length);
        long kernel = 1;
        for (int axis = 2; axis < shape.Rank; axis++)
            kernel *= shape[axis];
        return new Fans(shape[1] * kernel, shape[0] * kernel);
    }
}
