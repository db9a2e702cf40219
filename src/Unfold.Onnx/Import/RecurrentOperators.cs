using Unfold.Autodiff;

namespace Unfold.Onnx.Import;

/// <summary>RNN, LSTM and GRU.</summary>
internal static class RecurrentOperators
{
    public static Dictionary<string, Operator> All { get; } = new(StringComparer.Ordinal) { ["GRU"] = Run, ["LSTM"] = Run, ["RNN"] = Run };

    /// <summary>Whether an operator is one of these.</summary>
    public static bool IsRecurrent(string type) => All.ContainsKey(type);

    private static OnnxTensor[] Run(OperatorCall call)
    {
        if (call.Node.Recurrent is RecurrentImport known)
            return known.Run(call);

        // Weights that are given from outside: layers for this run alone.
        if (call.Tape.Recording)
            throw new FormatException("its weights are no constants, so that it cannot be trained");
        ParameterSet set = new();
        OnnxTensor? peepholes = call.Optional(7);
        RecurrentImport import = new(set, call.Node, "rnn", call[1].Sizes, call[2].Sizes, peepholes is not null);
        set.Allocate(0);
        import.Weights.Fill(import.Layers, call[1], call[2], call.Optional(3), peepholes);
        return import.Run(call);
    }
}
