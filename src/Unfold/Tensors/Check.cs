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

    /// <summary>A tensor is [N, C, ..] with a given number, one to three, of further axes, none of them empty.</summary>
    public static void Spatial(string who, Tensor tensor, int axes)
    {
        Shape shape = tensor.Shape;
        if (axes is < 1 or > 3)
            throw new ArgumentException($"{who} works on one to three axes beside N and C, but was given {axes} sizes.");
        if (shape.Rank != axes + 2)
        {
            throw new ArgumentException($"{who} expects x [N, C, {(axes == 1 ? "W" : axes == 2 ? "H, W" : "D, H, W")}], as it was given {axes} "
                + $"size{(axes == 1 ? "" : "s")}, but got {shape}, which has {shape.Rank} axes.");
        }

        for (int axis = 2; axis < shape.Rank; axis++)
        {
            if (shape[axis] == 0)
                throw new ArgumentException($"{who} expects at least one element on each axis behind N and C, but got {shape}: axis {axis} is empty.");
        }
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
