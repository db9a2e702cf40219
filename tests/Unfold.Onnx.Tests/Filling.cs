using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Onnx.Tests;

/// <summary>Numbers for tests, the same in every run.</summary>
internal static class Filling
{
    /// <summary>Numbers in [-scale, scale).</summary>
    public static float[] Numbers(int count, int seed, float scale = 1)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => ((random.NextSingle() * 2) - 1) * scale)];
    }

    /// <summary>A tensor of them.</summary>
    public static Tensor Tensor(int seed, params ReadOnlySpan<int> sizes)
    {
        Shape shape = new(sizes);
        return Tensors.Tensor.From(Numbers(shape.Length, seed), shape);
    }

    /// <summary>Gives parameters their first values, and to those which then would be all alike, as biases, small random ones.</summary>
    public static void Allocate(ParameterSet set, int seed)
    {
        set.Allocate((ulong)seed);
        foreach (Parameter parameter in set.All)
        {
            if (!parameter.Name.EndsWith("running_var", StringComparison.Ordinal))
            {
                float[] noise = Numbers(parameter.Shape.Length, seed + parameter.Name.Length, 0.2f);
                Span<float> values = parameter.Value.Span;
                for (int i = 0; i < values.Length; i++)
                    values[i] += noise[i];
            }
        }

        set.Touch();
    }
}
