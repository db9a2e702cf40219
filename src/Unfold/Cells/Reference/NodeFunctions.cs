using System.Numerics;
using Unfold.Cells.Graph;
using static Unfold.Kernels.Elementwise.ScalarFunctions;

namespace Unfold.Cells.Reference;

/// <summary>The meaning of each <see cref="Operation"/>: its value from its operands' values. Matrices are row-major; a scalar is an array of one.</summary>
internal static class NodeFunctions<T> where T : IFloatingPointIeee754<T>
{
    /// <summary>How many elements the node's value has.</summary>
    public static int Length(Node node, IReadOnlyDictionary<string, int> sizes) =>
        node.Shape.Aggregate(1, (length, dimension) => checked(length * dimension.Resolve(sizes)));

    public static T[] Of(Node node, T[][] inputs, IReadOnlyDictionary<string, int> sizes)
    {
        T[] x = inputs[0];
        T value = T.CreateChecked(node.Value), upper = T.CreateChecked(node.Upper);
        switch (node.Operation)
        {
            case Operation.Negate: return Each(x, v => -v);
            case Operation.Sigmoid: return Each(x, Sigmoid);
            case Operation.Tanh: return Each(x, T.Tanh);
            case Operation.Relu: return Each(x, Relu);
            case Operation.LeakyRelu: return Each(x, v => LeakyRelu(v, value));
            case Operation.Elu: return Each(x, v => Elu(v, value));
            case Operation.Gelu: return Each(x, Gelu);
            case Operation.Silu: return Each(x, Silu);
            case Operation.Softplus: return Each(x, Softplus);
            case Operation.Softsign: return Each(x, Softsign);
            case Operation.HardSigmoid: return Each(x, HardSigmoid);
            case Operation.Exp: return Each(x, T.Exp);
            case Operation.Log: return Each(x, T.Log);
            case Operation.Sqrt: return Each(x, T.Sqrt);
            case Operation.Abs: return Each(x, T.Abs);
            case Operation.Square: return Each(x, v => v * v);
            case Operation.Sin: return Each(x, T.Sin);
            case Operation.Cos: return Each(x, T.Cos);
            case Operation.Clip: return Each(x, v => Clip(v, value, upper));
            case Operation.Step: return Each(x, Step);
            case Operation.Sign: return Each(x, Sign);
            case Operation.NormalCdf: return Each(x, NormalCdf);

            case Operation.Add: return Pairs(x, inputs[1], (a, b) => a + b);
            case Operation.Subtract: return Pairs(x, inputs[1], (a, b) => a - b);
            case Operation.Multiply: return Pairs(x, inputs[1], (a, b) => a * b);
            case Operation.Divide: return Pairs(x, inputs[1], (a, b) => a / b);
            case Operation.Minimum: return Pairs(x, inputs[1], (a, b) => b >= a ? a : b);
            case Operation.Maximum: return Pairs(x, inputs[1], (a, b) => a >= b ? a : b);
            case Operation.GreaterOrEqual: return Pairs(x, inputs[1], (a, b) => a >= b ? T.One : T.Zero);

            case Operation.Product: return Product(x, inputs[1]);
            case Operation.Transpose: return Transpose(x, node.Shape[0].Resolve(sizes));
            case Operation.Outer: return [.. x.SelectMany(a => inputs[1].Select(b => a * b))];
            case Operation.Concat: return [.. inputs.SelectMany(part => part)];
            case Operation.Slice: return x.AsSpan(node.Offset!.Resolve(sizes), Length(node, sizes)).ToArray();
            case Operation.Columns:
                return Columns(x, node.Inputs[0].Shape[1].Resolve(sizes), node.Offset!.Resolve(sizes), node.Shape[1].Resolve(sizes));
            case Operation.Broadcast: return [.. Enumerable.Repeat(x[0], Length(node, sizes))];

            case Operation.Sum: return [Sum(x)];
            case Operation.Mean: return [Mean(x)];
            case Operation.InverseCount: return [T.One / T.CreateChecked(x.Length)];
            case Operation.RowMaximum: return [x.Max()!];
            case Operation.Normalize: return Normalize(x);
            case Operation.NormalizeAdjoint: return NormalizeAdjoint(x, inputs[1], inputs[2]);
            default: throw new InvalidOperationException($"{node.Operation} is not computed from other values.");
        }
    }

    private static T[] Each(T[] x, Func<T, T> function) => Array.ConvertAll(x, v => function(v));

    /// <summary>Element by element; an operand of one element is used for all.</summary>
    private static T[] Pairs(T[] left, T[] right, Func<T, T, T> function)
    {
        var y = new T[left.Length == 1 ? right.Length : left.Length];
        for (int i = 0; i < y.Length; i++)
            y[i] = function(left.Length == 1 ? left[0] : left[i], right.Length == 1 ? right[0] : right[i]);
        return y;
    }

    private static T[] Product(T[] matrix, T[] vector)
    {
        var y = new T[vector.Length == 0 ? 0 : matrix.Length / vector.Length];
        for (int row = 0; row < y.Length; row++)
        {
            for (int column = 0; column < vector.Length; column++)
                y[row] += matrix[row * vector.Length + column] * vector[column];
        }

        return y;
    }

    /// <param name="x">[columns, rows].</param>
    /// <param name="rows">The result's rows.</param>
    private static T[] Transpose(T[] x, int rows)
    {
        int columns = x.Length / rows;
        var y = new T[x.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
                y[row * columns + column] = x[column * rows + row];
        }

        return y;
    }

    private static T[] Columns(T[] x, int columns, int offset, int width)
    {
        var y = new T[x.Length / columns * width];
        for (int i = 0; i < y.Length; i++)
            y[i] = x[i / width * columns + offset + i % width];
        return y;
    }

    private static T Sum(T[] x) => x.Aggregate(T.Zero, (sum, v) => sum + v);

    private static T Mean(T[] x) => Sum(x) / T.CreateChecked(x.Length);

    private static T InverseDeviation(T[] x)
    {
        T mean = Mean(x);
        return T.One / T.Sqrt(Mean(Each(x, v => (v - mean) * (v - mean))) + T.CreateChecked(1e-5));
    }

    private static T[] Normalize(T[] x)
    {
        T mean = Mean(x), scale = InverseDeviation(x);
        return Each(x, v => (v - mean) * scale);
    }

    private static T[] NormalizeAdjoint(T[] d, T[] x, T[] y)
    {
        T shift = Mean(d), slope = Mean(Pairs(d, y, (a, b) => a * b)), scale = InverseDeviation(x);
        return Pairs(d, y, (a, b) => scale * (a - shift - b * slope));
    }
}
