using System.Globalization;

namespace Unfold.Onnx.Import;

/// <summary>Writes the equations of a recurrent operator in the language of cells: what its attributes say becomes text.</summary>
internal static class RecurrentText
{
    /// <summary>The equations of RNN, LSTM or GRU in one direction.</summary>
    /// <param name="type">The operator.</param>
    /// <param name="activations">Its functions, each of one argument.</param>
    /// <param name="clip">The bound of what stands inside the gates' and the candidate's functions; 0 for none. As in ONNX Runtime, an LSTM's new cell is not bounded.</param>
    /// <param name="afterReset">GRU's linear_before_reset.</param>
    /// <param name="coupled">LSTM's input_forget.</param>
    /// <param name="peepholes">Whether gates see the cell.</param>
    public static string Of(string type, IReadOnlyList<Func<string, string>> activations, float clip, bool afterReset, bool coupled, bool peepholes)
    {
        string F(int index, string argument) => activations[index](clip > 0 ? $"clip({argument}, {Number(-clip)}, {Number(clip)})" : argument);
        string Sum(string gate) => $"W{gate} x + U{gate} h + b{gate}";
        if (type == "RNN")
            return $"h' = {F(0, "W x + U h + b")}\n";
        if (type == "GRU")
        {
            string candidate = afterReset ? "Wn x + bn + r * (Un h + cn)" : "Wn x + Un (r * h) + bn";
            return $"r  = {F(0, Sum("r"))}\nz  = {F(0, Sum("z"))}\nn  = {F(1, candidate)}\nh' = (1 - z) * n + z * h\n";
        }

        string See(string gate, string cell) => peepholes ? $"{Sum(gate)} + p{gate} * {cell}" : Sum(gate);
        return $"i  = {F(0, See("i", "c"))}\n"
            + (coupled ? "" : $"f  = {F(0, See("f", "c"))}\n")
            + $"g  = {F(1, Sum("g"))}\n"
            + (coupled ? "c' = (1 - i) * c + i * g\n" : "c' = f * c + i * g\n")
            + $"o  = {F(0, See("o", "c'"))}\nh' = o * {activations[2]("c'")}\n";
    }

    /// <summary>An operator's functions, those of each direction behind one another.</summary>
    /// <exception cref="FormatException">There are not as many as it needs, or one that cells have none for.</exception>
    public static Func<string, string>[] Activations(ImportedNode node, int directions)
    {
        string[] usual = node.Type switch { "LSTM" => ["Sigmoid", "Tanh", "Tanh"], "GRU" => ["Sigmoid", "Tanh"], _ => ["Tanh"] };
        string[] names = node.Texts("activations") ?? [.. Enumerable.Repeat(usual, directions).SelectMany(all => all)];
        float[] alphas = node.Reals("activation_alpha") ?? [], betas = node.Reals("activation_beta") ?? [];
        if (names.Length != usual.Length * directions)
            throw new FormatException($"it should have {usual.Length * directions} activations, but has {names.Length}");

        // Numbers are given for the functions that have some, in their order.
        int alpha = 0, beta = 0;
        return [.. names.Select(name =>
        {
            bool hasAlpha = name.ToUpperInvariant() is "AFFINE" or "LEAKYRELU" or "THRESHOLDEDRELU" or "SCALEDTANH" or "HARDSIGMOID" or "ELU";
            bool hasBeta = name.ToUpperInvariant() is "AFFINE" or "SCALEDTANH" or "HARDSIGMOID";
            return Activation(name, hasAlpha && alpha < alphas.Length ? alphas[alpha++] : null, hasBeta && beta < betas.Length ? betas[beta++] : null);
        })];
    }

    /// <summary>A function by ONNX's name, with its numbers where it has any.</summary>
    /// <exception cref="FormatException">There is no such function, or cells have none.</exception>
    private static Func<string, string> Activation(string name, float? alpha, float? beta)
    {
        string A(float absent) => Factor(alpha ?? absent);
        string B(float absent) => Factor(beta ?? absent);
        return name.ToUpperInvariant() switch
        {
            "SIGMOID" => a => $"sigmoid({a})",
            "TANH" => a => $"tanh({a})",
            "RELU" => a => $"relu({a})",
            "AFFINE" => a => $"({A(1)} * ({a}) + {B(0)})",
            "LEAKYRELU" => a => $"leaky_relu({a}, {Number(alpha ?? 0.01f)})",
            "SCALEDTANH" => a => $"({A(1)} * tanh({B(1)} * ({a})))",
            "HARDSIGMOID" => a => $"clip({A(0.2f)} * ({a}) + {B(0.5f)}, 0, 1)",
            "ELU" => a => alpha is null or 1 ? $"elu({a})" : $"(max({a}, 0) + {A(1)} * (exp(min({a}, 0)) - 1))",
            "SOFTSIGN" => a => $"softsign({a})",
            "SOFTPLUS" => a => $"softplus({a})",
            "THRESHOLDEDRELU" => a => $"(({a}) * step({a} - {A(1)}))",
            _ => throw new FormatException($"the activation '{name}' is not known"),
        };
    }

    /// <summary>A number as a cell's text has it: without an exponent.</summary>
    private static string Number(float value)
    {
        if (!float.IsFinite(value) || Math.Abs(value) > 1e9)
            throw new FormatException($"{value} is not a number that a cell can have");
        string text = Math.Abs((decimal)value).ToString("0.############", CultureInfo.InvariantCulture);
        return value < 0 ? "-" + text : text;
    }

    /// <summary>A number within an expression.</summary>
    private static string Factor(float value) => value < 0 ? $"(0 - {Number(-value)})" : Number(value);
}
