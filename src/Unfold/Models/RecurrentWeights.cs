using Unfold.Autodiff;
using Unfold.Cells.Recognition;
using Unfold.Formats.Safetensors;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>
/// A model's weights in its file: those of recurrent layers under PyTorch's names and in its order where PyTorch has the layer (<c>rnn.weight_ih_l0</c>, <c>rnn.weight_ih_l0_reverse</c>), all others under
/// the model's own (<c>rnn.l0.Wf</c>). A checkpoint always has the model's own, which need no rearrangement.
/// </summary>
internal static class RecurrentWeights
{
    /// <summary>Adds all weights to a file.</summary>
    internal static void AddTo(SafetensorsWriter writer, ParameterSet parameters, IEnumerable<RecurrentPart> parts)
    {
        Dictionary<Parameter, RecurrentPart> partOf = PartsThatPyTorchHas(parts);
        HashSet<RecurrentPart> written = [];
        foreach (Parameter parameter in parameters.All)
        {
            if (!partOf.TryGetValue(parameter, out RecurrentPart? part))
                writer.Add(parameter.Name, parameter.Value);
            else if (written.Add(part))
                AddPart(writer, part);
        }
    }

    /// <summary>Reads what <see cref="AddTo"/> wrote.</summary>
    /// <exception cref="ModelFileException">The file has not these weights, or others.</exception>
    internal static void Read(SafetensorsFile file, ParameterSet parameters, IEnumerable<RecurrentPart> parts)
    {
        Dictionary<Parameter, RecurrentPart> partOf = PartsThatPyTorchHas(parts);
        HashSet<string> used = [];
        foreach (Parameter parameter in parameters.All)
        {
            if (partOf.ContainsKey(parameter))
                continue;
            file.ReadInto(parameter.Name, parameter.Shape, parameter.Value.Span);
            used.Add(parameter.Name);
        }

        foreach (RecurrentPart part in partOf.Values.Distinct())
            ReadPart(file, part, used);
        if (file.Tensors.FirstOrDefault(tensor => !used.Contains(tensor.Name)) is TensorEntry other)
            throw new ModelFileException($"'{file.Path}' does not fit: the model has no place for its tensor '{other.Name}'.");
        parameters.Touch();
    }

    private static Dictionary<Parameter, RecurrentPart> PartsThatPyTorchHas(IEnumerable<RecurrentPart> parts) =>
        parts.Where(part => PyTorchLayout.Has(CellRecognition.Recognize(part.Layer.Graph)))
            .SelectMany(part => part.Layer.Parameters, (part, parameter) => (part, parameter)).ToDictionary(pair => pair.parameter, pair => pair.part);

    private static PyTorchLayout LayoutOf(RecurrentPart part) => new(part.Layer.Graph, CellRecognition.Recognize(part.Layer.Graph)!, part.Layer.Sizes, part.Suffix);

    private static IEnumerable<(string Name, Parameter Parameter)> ParametersOf(RecurrentPart part) =>
        part.Layer.Graph.Parameters.Select(variable => variable.Name).Zip(part.Layer.Parameters);

    private static void AddPart(SafetensorsWriter writer, RecurrentPart part)
    {
        Dictionary<string, Parameter> parameters = ParametersOf(part).ToDictionary(pair => pair.Name, pair => pair.Parameter);
        foreach ((string name, int[] shape, float[] values) in LayoutOf(part).Export(name => parameters[name].Value.Values))
        {
            // Reading adds to zeros, which turns -0 into 0: writing does so too, that a model that was loaded has the bytes of its file.
            for (int i = 0; i < values.Length; i++)
                values[i] += 0f;
            writer.Add($"{part.Prefix}.{name}", Tensor.From(values, new Shape(shape)));
        }
    }

    private static void ReadPart(SafetensorsFile file, RecurrentPart part, HashSet<string> used)
    {
        try
        {
            Dictionary<string, float[]> values = LayoutOf(part).Import(Find);
            foreach ((string name, Parameter parameter) in ParametersOf(part))
                values[name].CopyTo(parameter.Value.Span);
        }
        catch (InvalidDataException e)
        {
            throw new ModelFileException($"'{file.Path}' does not fit: {part.Prefix}.{e.Message}", e);
        }

        (int[] Shape, float[] Values)? Find(string name)
        {
            string full = $"{part.Prefix}.{name}";
            if (!file.TryGet(full, out TensorEntry? entry))
                return null;
            used.Add(full);
            int[] shape = new int[entry.Shape.Rank];
            entry.Shape.CopyTo(shape);
            return (shape, file.Read(full).Values.ToArray());
        }
    }
}
