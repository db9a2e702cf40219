using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Onnx.Import;

/// <summary>Operators that multiply matrices.</summary>
internal static class ProductOperators
{
    public static Dictionary<string, Operator> All { get; } = new(StringComparer.Ordinal) { ["Einsum"] = EinsumOperator.Run, ["Gemm"] = Gemm, ["MatMul"] = MatMul };

    private static OnnxTensor[] Gemm(OperatorCall call)
    {
        ImportedNode node = call.Node;
        (Tensor a, Tensor b) = (call.Real(0), call.Real(1));
        if (a.Shape.Rank != 2 || b.Shape.Rank != 2)
            throw new FormatException($"it multiplies matrices, but got {a.Shape} and {b.Shape}");
        bool turned = node.Integer("transB", 0) != 0;
        if (node.Integer("transA", 0) != 0)
            a = call.Tape.Permute(a, 1, 0);
        float alpha = node.Real("alpha", 1), beta = node.Real("beta", 1);
        OnnxTensor? bias = call.Optional(2);
        int columns = turned ? b.Shape[0] : b.Shape[1];
        if (turned && alpha == 1 && beta == 1 && (bias is null || bias.Sizes is [int size] && size == columns))
            return [new OnnxTensor(call.Tape.Linear(a, b, bias?.Real ?? default))];
        Tensor product = turned ? call.Tape.Linear(a, b) : call.Tape.MatMul(a, b);
        if (alpha != 1)
            product = call.Tape.Scale(product, alpha);
        if (bias is null)
            return [new OnnxTensor(product)];
        Tensor scaled = beta == 1 ? bias.Real : call.Tape.Scale(bias.Real, beta);
        if (bias.Sizes is [int one] && one == columns)
            return [new OnnxTensor(call.Tape.AddBias(product, scaled))];
        int[] shape = [product.Shape[0], columns];
        if (!Broadcasting.Shape(bias.Sizes, shape).AsSpan().SequenceEqual(shape))
            throw new FormatException($"a bias of [{string.Join(", ", bias.Sizes)}] does not fit [{string.Join(", ", shape)}]");
        OnnxTensor spread = call.Take(new OnnxTensor(scaled), shape, Broadcasting.Places(bias.Sizes, shape));
        return [new OnnxTensor(call.Tape.Add(product, spread.Real))];
    }

    /// <summary>Matrices in the last two axes, the others fitted to each other.</summary>
    private static OnnxTensor[] MatMul(OperatorCall call)
    {
        (OnnxTensor a, OnnxTensor b) = (call[0], call[1]);
        int[] left = a.Sizes is [int row] ? [1, row] : a.Sizes, right = b.Sizes is [int column] ? [column, 1] : b.Sizes;
        if (left.Length < 2 || right.Length < 2 || left[^1] != right[^2])
            throw new FormatException($"the shapes [{string.Join(", ", a.Sizes)}] and [{string.Join(", ", b.Sizes)}] do not fit");
        int inner = left[^1], rows = left[^2], columns = right[^1];
        int[] shape;
        Tensor result;
        if (right.Length == 2)
        {
            int all = left[..^1].Aggregate(1, (x, y) => checked(x * y));
            result = call.Tape.MatMul(a.Real.Reshape(all, inner), b.Real.Reshape(inner, columns));
            shape = [.. left[..^1], columns];
        }
        else
        {
            int[] outer = Broadcasting.Shape(left[..^2], right[..^2]);
            int[] first = Broadcasting.Places(left[..^2], outer), second = Broadcasting.Places(right[..^2], outer);
            shape = [.. outer, rows, columns];
            Tensor x = a.Real.Reshape(left[..^2].Aggregate(1, (u, v) => u * v), rows, inner), y = b.Real.Reshape(right[..^2].Aggregate(1, (u, v) => u * v), inner, columns);
            int each = rows * columns;
            if (first.Length == 0)
                return [new OnnxTensor(shape, Array.Empty<float>())];
            result = call.Tape.Concat([.. first.Select((place, i) =>
                call.Tape.MatMul(x.Slice(place, 1).Reshape(rows, inner), y.Slice(second[i], 1).Reshape(inner, columns)).Reshape(each))]);
        }

        if (b.Sizes.Length == 1)
            shape = shape[..^1];
        if (a.Sizes.Length == 1)
            shape = [.. shape[..^(b.Sizes.Length == 1 ? 1 : 2)], .. b.Sizes.Length == 1 ? Array.Empty<int>() : [columns]];
        return [new OnnxTensor(result).As(shape)];
    }
}
