using Unfold.Tensors;

namespace Unfold.Autodiff;

/// <summary>Where the first number that is NaN or infinite arose in a step: found afterwards from what the tape recorded, so that it costs nothing while all is well.</summary>
/// <param name="Layer">The layer's name, or the operation's kind where no layer can be told.</param>
/// <param name="Cause">What happened, as one sentence without its full stop.</param>
/// <param name="IsOfData">Whether it came with the data, so that no option of training helps.</param>
internal sealed record Divergence(string Layer, string Cause, bool IsOfData = false)
{
    /// <summary>
    /// The first recorded operation whose result is not finite: to blame is what it was given, if that is not finite already, else a trained parameter of
    /// its layer, else itself. Null if all results are finite. Cost: reads every result once.
    /// </summary>
    internal static Divergence? Forward(Tape tape, ParameterSet parameters)
    {
        ReadOnlySpan<TapeEntry> entries = tape.Entries;
        for (int i = 0; i < entries.Length; i++)
        {
            ref readonly TapeEntry entry = ref entries[i];
            if (AreFinite(entry.Output))
                continue;
            string? layer = LayerOf(entry, parameters);
            string where = Where(entries, i, parameters);
            if (!IsDataFinite(entry.A, parameters, mayBeKept: false) || !IsDataFinite(entry.B, parameters, mayBeKept: true) || !IsDataFinite(entry.C, parameters, mayBeKept: true))
                return new Divergence(layer ?? entry.Operation.Kind, $"What {where} was given is not finite already: NaN or infinity is in the data", IsOfData: true);
            foreach (Parameter parameter in parameters.All)
            {
                if (parameter.Trained && (IsUsed(entry, parameter) || LayerName(parameter) == layer) && !AreFinite(parameter.Value))
                    return new Divergence(LayerName(parameter), $"Parameter '{parameter.Name}' is not finite any more");
            }

            return new Divergence(layer ?? Upstream(entries, i, parameters) ?? entry.Operation.Kind, $"It arose in {where}: its input is finite, and its result is not");
        }

        return null;
    }

    /// <summary>
    /// The first operation on the way back that made a gradient which is not finite; else the first parameter whose gradient is not. Null if all are finite.
    /// </summary>
    internal static Divergence? Backward(Tape tape, ParameterSet parameters)
    {
        ReadOnlySpan<TapeEntry> entries = tape.Entries;
        for (int i = entries.Length - 1; i >= 0; i--)
        {
            ref readonly TapeEntry entry = ref entries[i];
            string? layer = LayerOf(entry, parameters);
            if (IsGradientFinite(tape, entry.A) && IsGradientFinite(tape, entry.B) && IsGradientFinite(tape, entry.C)
                && parameters.All.All(parameter => LayerName(parameter) != layer || AreFinite(parameter.Gradient)))
            {
                continue;
            }

            return new Divergence(layer ?? Upstream(entries, i, parameters) ?? entry.Operation.Kind,
                $"It arose on the way back through {Where(entries, i, parameters)}: the gradient of its result is finite, and a gradient that it passes on is not");
        }

        Parameter? first = parameters.All.FirstOrDefault(parameter => !AreFinite(parameter.Gradient));
        return first is null ? null : new Divergence(LayerName(first), $"It arose in the gradient of parameter '{first.Name}'");
    }

    /// <summary>The layer that a parameter belongs to: its name up to the last dot, or the whole name.</summary>
    internal static string LayerName(Parameter parameter) => parameter.Name.LastIndexOf('.') is > 0 and int dot ? parameter.Name[..dot] : parameter.Name;

    private static bool AreFinite(Tensor tensor)
    {
        if (!tensor.HasValue)
            return true;
        foreach (float value in tensor.Values)
        {
            if (!float.IsFinite(value))
                return false;
        }

        return true;
    }

    /// <summary>Whether an operand that is no parameter is finite. One in the arena may instead be something that the operation keeps for its way back.</summary>
    private static bool IsDataFinite(Tensor operand, ParameterSet parameters, bool mayBeKept) =>
        !operand.HasValue || (mayBeKept && operand.Slot.Owner is not null) || parameters.All.Any(parameter => IsPartOf(operand, parameter)) || AreFinite(operand);

    private static bool IsGradientFinite(Tape tape, Tensor tensor) =>
        !tensor.HasValue || !tape.NeedsGradient(tensor) || !tape.HasGradient(tensor) || AreFinite(tape.Gradient(tensor));

    private static string? LayerOf(in TapeEntry entry, ParameterSet parameters)
    {
        if (entry.Operation.LayerOf(entry) is string layer)
            return layer;
        foreach (Parameter parameter in parameters.All)
        {
            if (IsUsed(entry, parameter))
                return LayerName(parameter);
        }

        return null;
    }

    /// <summary>As in <c>layer 'decoder' (linear)</c>, or <c>the relu behind layer 'decoder'</c>.</summary>
    private static string Where(ReadOnlySpan<TapeEntry> entries, int index, ParameterSet parameters)
    {
        string kind = entries[index].Operation.Kind;
        return LayerOf(entries[index], parameters) is string own ? $"layer '{own}' ({kind})"
            : Upstream(entries, index, parameters) is string before ? $"the {kind} behind layer '{before}'"
            : $"the {kind}";
    }

    /// <summary>The last layer on the way to an operation, along first operands; null if there is none.</summary>
    private static string? Upstream(ReadOnlySpan<TapeEntry> entries, int index, ParameterSet parameters)
    {
        for (int i = index - 1; i >= 0; i--)
        {
            if (!entries[index].A.HasValue || entries[i].Output.Slot != entries[index].A.Slot)
                continue;
            if (LayerOf(entries[i], parameters) is string layer)
                return layer;
            index = i;
        }

        return null;
    }

    private static bool IsUsed(in TapeEntry entry, Parameter parameter) => IsPartOf(entry.A, parameter) || IsPartOf(entry.B, parameter) || IsPartOf(entry.C, parameter);

    private static bool IsPartOf(Tensor tensor, Parameter parameter) => tensor.HasValue && tensor.Slot.Storage == parameter.Value.Slot.Storage
        && tensor.Slot.Offset + tensor.OffsetInSlot - parameter.Offset is >= 0 and int offset && offset < parameter.Shape.Length;
}
