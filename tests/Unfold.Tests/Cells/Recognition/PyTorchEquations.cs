namespace Unfold.Tests.Cells.Recognition;

/// <summary>nn.RNN, nn.LSTM and nn.GRU as PyTorch's documentation writes them, with two biases, from zero states.</summary>
internal static class PyTorchEquations
{
    /// <returns>The outputs [T, N, H].</returns>
    public static double[] Run(string kind, IReadOnlyDictionary<string, float[]> w, double[] x, int steps, int sequences, int inputSize, int hiddenSize)
    {
        var output = new double[steps * sequences * hiddenSize];
        for (int n = 0; n < sequences; n++)
        {
            double[] h = new double[hiddenSize], c = new double[hiddenSize];
            for (int t = 0; t < steps; t++)
            {
                double[] a = Affine(w["weight_ih_l0"], w["bias_ih_l0"], x[((t * sequences + n) * inputSize)..((t * sequences + n + 1) * inputSize)]);
                double[] b = Affine(w["weight_hh_l0"], w["bias_hh_l0"], h);
                for (int u = 0; u < hiddenSize; u++)
                {
                    switch (kind)
                    {
                        case "RNN": h[u] = Math.Tanh(a[u] + b[u]); break;
                        case "RELU": h[u] = Math.Max(0, a[u] + b[u]); break;
                        case "LSTM":
                            double i = Sigmoid(Gate(0, u)), f = Sigmoid(Gate(1, u)), g = Math.Tanh(Gate(2, u)), o = Sigmoid(Gate(3, u));
                            c[u] = f * c[u] + i * g;
                            h[u] = o * Math.Tanh(c[u]);
                            break;
                        default:
                            double r = Sigmoid(Gate(0, u)), z = Sigmoid(Gate(1, u)), m = Math.Tanh(a[2 * hiddenSize + u] + r * b[2 * hiddenSize + u]);
                            h[u] = (1 - z) * m + z * h[u];
                            break;
                    }
                }

                h.CopyTo(output, (t * sequences + n) * hiddenSize);

                double Gate(int gate, int u) => a[gate * hiddenSize + u] + b[gate * hiddenSize + u];
            }
        }

        return output;
    }

    private static double[] Affine(float[] weight, float[] bias, double[] v) =>
        [.. bias.Select((b, row) => b + v.Select((value, column) => weight[row * v.Length + column] * value).Sum())];

    private static double Sigmoid(double a) => 1 / (1 + Math.Exp(-a));
}
