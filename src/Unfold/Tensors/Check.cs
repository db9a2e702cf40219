namespace Unfold.Tensors;

/// <summary>The checks of shapes at the public edge, in one place and one wording: who expected what, what came, which axis.</summary>
internal static class Check
{
    /// <summary>Two operands have one shape.</summary>
    public static void SameShape(string who, Tensor a, Tensor b)
    {
        if (a.Shape == b.Shape)
            return;
        string hint = b.Shape.Rank == 1 && b.Shape.Last == a.Shape.Last && who == "Add" ? " For a bias use AddBias." : "";
        throw new ArgumentException($"{who} expects two tensors of one shape, but got {a.Shape} and {b.Shape}.{hint}");
    }

    /// <summary>Whether a tensor has a last axis of a given size; if not, throw <see cref="LastAxisError"/>, whose texts cost nothing until then.</summary>
    public static bool HasLast(Tensor tensor, int size)
    {
        Shape shape = tensor.Shape;
        return shape.Rank > 0 && shape.Last == size;
    }

    /// <summary>The error of a tensor whose last axis has another size than it must have.</summary>
    /// <param name="who">The operation or layer.</param>
    /// <param name="operand">The operand's name and axes as the documentation writes them, such as <c>x [.., C=256]</c>.</param>
    /// <param name="tensor">The tensor.</param>
    /// <param name="size">The size that the last axis must have.</param>
    /// <param name="meaning">What the last axis means and where its size comes from.</param>
    public static ArgumentException LastAxisError(string who, string operand, Tensor tensor, int size, string meaning)
    {
        Shape shape = tensor.Shape;
        return new ArgumentException(shape.Rank == 0
            ? $"{who} expects {operand}, but got a single number, {shape}."
            : $"{who} expects {operand}, but got {shape}.\n  Axis {shape.Rank - 1} is {shape.Last}; {meaning} is {size}.");
    }

    /// <summary>A tensor has a given number of axes.</summary>
    public static void Rank(string who, string operand, Tensor tensor, int rank)
    {
        if (tensor.Shape.Rank != rank)
            throw new ArgumentException($"{who} expects {operand}, but got {tensor.Shape}, which has {tensor.Shape.Rank} axes.");
    }

    /// <summary>
    /// Whether a tensor is [N, C, ..] with a given number, one to three, of further axes, none of them empty; if not, throw <see cref="SpatialError"/>, whose
    /// texts cost nothing until then.
    /// </summary>
    public static bool IsSpatial(Tensor tensor, int axes)
    {
        Shape shape = tensor.Shape;
        bool fits = axes is >= 1 and <= 3 && shape.Rank == axes + 2;
        for (int axis = 2; fits && axis < shape.Rank; axis++)
            fits = shape[axis] > 0;
        return fits;
    }

    /// <summary>The error of a tensor that is not spatial.</summary>
    public static ArgumentException SpatialError(string who, Tensor tensor, int axes)
    {
        string form = axes switch { 1 => "W", 2 => "H, W", 3 => "D, H, W", _ => "" };
        return new ArgumentException(form.Length == 0
            ? $"{who} works on one to three axes beside N and C, but was given {axes} sizes."
            : $"{who} expects x [N, C, {form}], as it was given {axes} size{(axes == 1 ? "" : "s")}, with at least one element on each axis behind N and C, but "
                + $"got {tensor.Shape}.");
    }

    /// <summary>Every index is one of <paramref name="size"/>.</summary>
    /// <param name="who">The operation.</param>
    /// <param name="indices">The indices, all 0 to size - 1.</param>
    /// <param name="size">The number of things to choose from.</param>
    /// <param name="ignored">One more value that is allowed.</param>
    public static void Indices(string who, ReadOnlySpan<int> indices, int size, int? ignored = null)
    {
        for (int i = 0; i < indices.Length; i++)
        {
            if ((uint)indices[i] >= (uint)size && indices[i] != ignored)
                throw new ArgumentException($"{who} expects indices from 0 to {size - 1}, but index {i} is {indices[i]}.");
        }
    }
}
