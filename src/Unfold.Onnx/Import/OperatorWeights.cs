using Unfold.Autodiff;
using Unfold.Layers;

namespace Unfold.Onnx.Import;

/// <summary>The weights of an RNN, LSTM or GRU, as the operator has them and as the cells' parameters: from one to the other and back.</summary>
/// <param name="type">The operator.</param>
/// <param name="hidden">H.</param>
/// <param name="inputs">C.</param>
/// <param name="afterReset">GRU's linear_before_reset.</param>
internal sealed class OperatorWeights(string type, int hidden, int inputs, bool afterReset)
{
    private readonly string[] _gates = GatesOf(type);

    /// <summary>W's rows: gates times H.</summary>
    private int Rows => _gates.Length * hidden;

    /// <summary>The gates' names in cells, in the operator's order.</summary>
    public static string[] GatesOf(string type) => type switch { "LSTM" => ["i", "o", "f", "g"], "GRU" => ["z", "r", "n"], _ => [""] };

    /// <summary>Gives layers their weights.</summary>
    /// <param name="layers">The layers, one a direction.</param>
    /// <param name="weight">W [D, G H, C].</param>
    /// <param name="recurrence">R [D, G H, H].</param>
    /// <param name="bias">B [D, 2 G H]; null for zeros.</param>
    /// <param name="peepholes">P [D, 3 H]; null where there are none.</param>
    /// <exception cref="FormatException">B or P has another shape.</exception>
    public void Fill(Recurrent[] layers, OnnxTensor weight, OnnxTensor recurrence, OnnxTensor? bias, OnnxTensor? peepholes)
    {
        Require("B", bias, [layers.Length, 2 * Rows]);
        Require("P", peepholes, [layers.Length, 3 * hidden]);
        foreach ((Parameter parameter, string name, int d, int first) in Parts(layers))
        {
            Span<float> target = parameter.Value.Span;
            switch (name[0])
            {
                case 'W': weight.Real.Values.Slice(((d * Rows) + first) * inputs, target.Length).CopyTo(target); break;
                case 'U': recurrence.Real.Values.Slice(((d * Rows) + first) * hidden, target.Length).CopyTo(target); break;
                case 'p': peepholes!.Real.Values.Slice((d * 3 * hidden) + first, hidden).CopyTo(target); break;
                case var _ when bias is null: target.Clear(); break;
                default:
                    ReadOnlySpan<float> outside = bias.Real.Values.Slice((d * 2 * Rows) + first, hidden), inside = bias.Real.Values.Slice((((d * 2) + 1) * Rows) + first, hidden);
                    for (int i = 0; i < target.Length; i++)
                        target[i] = !HasBoth(name) ? outside[i] + inside[i] : name[0] == 'c' ? inside[i] : outside[i];
                    break;
            }
        }
    }

    /// <summary>The weights that layers have now, in the operator's order; what they do not have, as a coupled forget gate, stays as it was.</summary>
    /// <returns>W, R, B (null where there was none and all are zeros) and P (null where there is none).</returns>
    public (float[] Weight, float[] Recurrence, float[]? Bias, float[]? Peepholes) Write(Recurrent[] layers, OnnxTensor weight, OnnxTensor recurrence, OnnxTensor? bias, OnnxTensor? peepholes)
    {
        float[] w = weight.Real.Values.ToArray(), r = recurrence.Real.Values.ToArray(), b = bias?.Real.Values.ToArray() ?? new float[layers.Length * 2 * Rows];
        float[]? p = peepholes?.Real.Values.ToArray();
        foreach ((Parameter parameter, string name, int d, int first) in Parts(layers))
        {
            ReadOnlySpan<float> values = parameter.Value.Values;
            switch (name[0])
            {
                case 'W': values.CopyTo(w.AsSpan(((d * Rows) + first) * inputs)); break;
                case 'U': values.CopyTo(r.AsSpan(((d * Rows) + first) * hidden)); break;
                case 'p': values.CopyTo(p.AsSpan((d * 3 * hidden) + first)); break;
                default:
                    int outside = (d * 2 * Rows) + first, inside = outside + Rows;
                    values.CopyTo(b.AsSpan(name[0] == 'c' ? inside : outside));
                    if (!HasBoth(name))
                        b.AsSpan(inside, hidden).Clear();
                    break;
            }
        }

        return (w, r, bias is null && !b.AsSpan().ContainsAnyExcept(0f) ? null : b, p);
    }

    /// <summary>Refuses a tensor of another shape.</summary>
    public static void Require(string what, OnnxTensor? tensor, int[] shape)
    {
        if (tensor is not null && !tensor.Sizes.AsSpan().SequenceEqual(shape))
            throw new FormatException($"{what} should be [{string.Join(", ", shape)}], but is [{string.Join(", ", tensor.Sizes)}]");
    }

    /// <summary>Each parameter with its name, its direction, and the row where its gate begins.</summary>
    private IEnumerable<(Parameter Parameter, string Name, int Direction, int First)> Parts(Recurrent[] layers)
    {
        for (int d = 0; d < layers.Length; d++)
        {
            RecurrentLayer layer = layers[d].Layers[0];
            for (int p = 0; p < layer.Parameters.Count; p++)
            {
                string name = layer.Graph.Parameters[p].Name;
                yield return (layer.Parameters[p], name, d, Array.IndexOf(_gates, name[0] == 'c' ? "n" : name[1..]) * hidden);
            }
        }
    }

    /// <summary>Whether a bias is one of two that are not added: a GRU's candidate with its reset after the product has one outside of it and one inside.</summary>
    private bool HasBoth(string bias) => type == "GRU" && afterReset && bias[1..] == "n";
}
