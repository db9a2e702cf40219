using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Onnx.Export;
using Unfold.Onnx.Import;
using Unfold.Onnx.Protocol;

namespace Unfold.Onnx;

/// <summary>
/// A network from an ONNX file. Its RNN, LSTM and GRU operators have become layers of cells, whose equations can be read; its weights are parameters, which can be trained further. Running it never
/// changes it, so that any number of threads may. Which operators are read is listed in docs/onnx.md; a file is read with suspicion, and what cannot be used is refused with the reason.
/// </summary>
public sealed class OnnxNetwork
{
    private readonly string _path;
    private readonly int _opset;
    private readonly ModelProto _model;
    private readonly ImportedGraph _graph;
    private readonly List<Recurrent> _recurrent = [];

    private OnnxNetwork(string path, ModelProto model)
    {
        (_path, _model, _opset) = (path, model, ModelReader.Opset(model));
        _graph = ImportedGraph.Of(model.Graph, _opset, Path.GetDirectoryName(Path.GetFullPath(path)));
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        foreach (StringStringEntryProto entry in model.MetadataProps)
            metadata[entry.Key] = entry.Value;
        Metadata = metadata;
        List<Action> fill = [];
        foreach (ImportedNode node in _graph.Nodes)
            Adopt(node, fill);
        Parameters.Allocate(0);
        fill.ForEach(action => action());
        Parameters.Touch();
    }

    /// <summary>The names of what must be given.</summary>
    public IReadOnlyList<string> Inputs => _graph.Inputs;

    /// <summary>The names of what is computed.</summary>
    public IReadOnlyList<string> Outputs => _graph.Outputs;

    /// <summary>What the file's author says about it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The weights: those of recurrent layers by the cells' names, the others by the file's.</summary>
    public ParameterSet Parameters { get; } = new();

    /// <summary>The recurrent layers, in the file's order, a bidirectional operator as two; <see cref="Recurrent.Cell"/> has the equations.</summary>
    public IReadOnlyList<Recurrent> Layers => _recurrent;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; constants that lie in others must lie in its folder.</param>
    /// <exception cref="ModelFileException">There is no such file, it is no ONNX model, it is inconsistent, or it has an operator that is not supported.</exception>
    public static OnnxNetwork Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        ModelProto model = ModelReader.Read(path);
        try
        {
            return new OnnxNetwork(path, model);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException or CellException)
        {
            throw new ModelFileException($"'{path}' cannot be used: {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Computes the outputs.</summary>
    /// <param name="inputs">A tensor for each of <see cref="Inputs"/>.</param>
    /// <returns>A tensor for each of <see cref="Outputs"/>; they last.</returns>
    /// <exception cref="InputException">An input is missing, or an operator cannot be computed with what was given; the message says which and why.</exception>
    public IReadOnlyDictionary<string, OnnxTensor> Run(IReadOnlyDictionary<string, OnnxTensor> inputs)
    {
        Tape tape = Tape.ForInference();
        return Forward(tape, inputs).ToDictionary(output => output.Key, output => output.Value.IsWhole ? output.Value : new OnnxTensor(output.Value.Real.Copy()), StringComparer.Ordinal);
    }

    /// <summary>Computes the outputs on a tape, so that gradients go to the parameters.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="inputs">A tensor for each of <see cref="Inputs"/>.</param>
    /// <returns>A tensor for each of <see cref="Outputs"/>, valid until the tape is reset.</returns>
    /// <exception cref="InputException">An input is missing, an operator cannot be computed, or, on a tape that records, no gradient goes through one that stands behind a parameter.</exception>
    public IReadOnlyDictionary<string, OnnxTensor> Forward(Tape tape, IReadOnlyDictionary<string, OnnxTensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(inputs);
        GraphRun run = new(tape, _opset);
        foreach (Parameter parameter in Parameters.All.Where(parameter => _graph.Constants.ContainsKey(parameter.Name)))
            run.Set(parameter.Name, new OnnxTensor(parameter.Value));
        foreach (string name in Inputs)
        {
            run.Set(name, inputs.TryGetValue(name, out OnnxTensor? value) ? value
                : throw new InputException($"'{_path}' takes {string.Join(", ", Inputs.Select(one => $"'{one}'"))}, but '{name}' was not given."));
        }

        try
        {
            return run.Compute(_graph).Zip(Outputs).ToDictionary(pair => pair.Second, pair => pair.First, StringComparer.Ordinal);
        }
        catch (FormatException e)
        {
            throw new InputException($"'{_path}': {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>Writes the network as it was read, with the weights that it has now: trained further, it is as usable elsewhere as before. Constants that lay in other files become part of this one.</summary>
    /// <param name="path">The file, under its final name only when it is complete; may be the one that was read.</param>
    /// <exception cref="ModelFileException">The file cannot be written, would be larger than an ONNX file can be, or one constant is the weight of two operators that training made different.</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            ModelWriter.Write(path, NetworkWriter.Of(_model, _graph, Parameters));
        }
        catch (FormatException e)
        {
            throw new ModelFileException($"'{_path}' is not written to '{path}': {e.Message.TrimEnd('.')}.", e);
        }
    }

    /// <summary>The network for a reader: what goes in and out, the operators, and the equations of its cells.</summary>
    public string Describe()
    {
        IEnumerable<string> operators = _graph.Nodes.GroupBy(node => node.Type, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Key} {group.Count()}");
        IEnumerable<string> cells = _recurrent.Select(layer => $"\n{layer.Name}  {layer}\n{layer.Cell.Text.TrimEnd()}\n");
        return FormattableString.Invariant($"ONNX, opset {_opset}: {Parameters.Count:N0} parameters\ninputs: {string.Join(", ", Inputs)}\noutputs: {string.Join(", ", Outputs)}\noperators: {string.Join(", ", operators)}\n")
            + string.Concat(cells);
    }

    /// <summary>Takes an operator's constants as parameters, where they are weights.</summary>
    private void Adopt(ImportedNode node, List<Action> fill)
    {
        OnnxTensor? Constant(int index) => index < node.Inputs.Count ? _graph.Constants.GetValueOrDefault(node.Inputs[index]) : null;
        bool IsGiven(int index) => index < node.Inputs.Count && node.Inputs[index].Length > 0;
        if (RecurrentOperators.IsRecurrent(node.Type))
        {
            if (Constant(1) is not OnnxTensor weight || Constant(2) is not OnnxTensor recurrence || IsGiven(3) != Constant(3) is not null || IsGiven(7) != Constant(7) is not null)
                return;
            string name = node.Name.Length > 0 ? node.Name : $"{node.Type.ToLowerInvariant()}{_recurrent.Count}";
            node.Recurrent = new RecurrentImport(Parameters, node, name, weight.Sizes, recurrence.Sizes, Constant(7) is not null);
            _recurrent.AddRange(node.Recurrent.Layers);
            fill.Add(() => node.Recurrent.Weights.Fill(node.Recurrent.Layers, weight, recurrence, Constant(3), Constant(7)));
            return;
        }

        if (node.Type == "Scan" && ScanImport.Of(Parameters, node, node.Name.Length > 0 ? node.Name : $"scan{_recurrent.Count}", _graph.Constants) is ScanImport scan)
        {
            node.Scanned = scan;
            _recurrent.Add(scan.Layer);
            fill.Add(scan.Fill);
            return;
        }

        int[] weights = node.Type switch
        {
            "Conv" or "ConvTranspose" or "Gemm" or "LayerNormalization" or "BatchNormalization" or "InstanceNormalization" or "GroupNormalization" => [1, 2],
            "RMSNormalization" => [1],
            "MatMul" or "Add" or "Mul" => [0, 1],
            "Gather" => [0],
            _ => [],
        };
        foreach (int index in weights)
        {
            if (Constant(index) is not { IsWhole: false, Sizes.Length: > 0, Length: > 0 } constant || Parameters.TryGet(node.Inputs[index], out _))
                continue;
            Parameter parameter = Parameters.Add(node.Inputs[index], constant.Real.Shape, Initializer.Zeros);
            fill.Add(() => constant.Real.Values.CopyTo(parameter.Value.Span));
        }
    }
}
