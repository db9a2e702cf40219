using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Onnx.Import;

/// <summary>How an operator is computed: its outputs from its inputs. Outputs at the end that nobody asks for may be left out.</summary>
internal delegate OnnxTensor[] Operator(OperatorCall call);

/// <summary>One operator at work: what it reads, what it was told, and where it runs.</summary>
/// <param name="Node">The operator with its attributes.</param>
/// <param name="Inputs">What it reads; null for an operand that was left out.</param>
/// <param name="Tape">The tape.</param>
/// <param name="Opset">The version of the operators' definitions.</param>
/// <param name="Run">The run that it belongs to, for bodies and their outer values.</param>
internal sealed record OperatorCall(ImportedNode Node, OnnxTensor?[] Inputs, Tape Tape, int Opset, GraphRun Run)
{
    /// <summary>How many operands there are, those at the end that were left out not counted.</summary>
    public int Count => Inputs.Length;

    /// <summary>An operand.</summary>
    /// <exception cref="FormatException">It was left out.</exception>
    public OnnxTensor this[int index] => Optional(index) ?? throw new FormatException($"its operand {index} is missing");

    /// <summary>An operand, or null where it was left out.</summary>
    public OnnxTensor? Optional(int index) => index < Inputs.Length ? Inputs[index] : null;

    /// <summary>An operand's real numbers.</summary>
    public Tensor Real(int index) => this[index].Real;

    /// <summary>Whole numbers that are an attribute in older versions and an operand in newer ones; null where there are none.</summary>
    public int[]? AxesAt(int index, string name) =>
        Optional(index) is OnnxTensor operand ? [.. operand.Integers.Select(Narrow)] : Node.Integers(name);

    /// <summary>The numbers of a tensor at some places; a gradient goes back to these.</summary>
    public OnnxTensor Take(OnnxTensor x, int[] shape, int[] places) => IsTrained(x)
        ? new OnnxTensor(Tape.Embedding(x.Real.Reshape(x.Length, 1), places, new Shape(places.Length))).As(shape)
        : Broadcasting.Take(x, shape, places);

    /// <summary>Whether a gradient is to go through a tensor.</summary>
    public bool IsTrained(OnnxTensor x) => Tape.Recording && !x.IsWhole && Tape.NeedsGradient(x.Real);

    /// <summary>A number that must be an int.</summary>
    public static int Narrow(long value) => value is >= int.MinValue and <= int.MaxValue ? (int)value : throw new FormatException($"{value} is no size");

    /// <summary>An axis, counted from the end where it is negative.</summary>
    public static int Axis(long axis, int rank) =>
        axis >= -rank && axis < rank ? (int)(axis < 0 ? axis + rank : axis) : throw new FormatException($"there is no axis {axis} among {rank}");
}
