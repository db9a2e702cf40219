using System.Globalization;
using System.Text;
using Unfold.Autodiff;
using Unfold.Cells.Syntax;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Notation;

/// <summary>
/// Layers written as a list, <c>conv 3x3 32, relu, pool 2, flatten, linear 10</c>, with the shapes that follow from what comes in. A number for axes may be one for all
/// (<c>pool 2</c>) or one for each (<c>pool 1x2</c>); whether a convolution has one, two or three axes follows from its input.
/// </summary>
/// <remarks>docs/layers.md lists the names. Nothing is computed and no weight has memory until <see cref="Build"/> and the parameters' allocation.</remarks>
public sealed class NetworkPlan
{
    private readonly PlannedLayer[] _layers;

    private NetworkPlan(string text, Shape input, PlannedLayer[] layers)
    {
        Text = text;
        Input = input;
        _layers = layers;
    }

    /// <summary>The list as it was written.</summary>
    public string Text { get; }

    /// <summary>The shape of one item that comes in, without the batch.</summary>
    public Shape Input { get; }

    /// <summary>The shape of one item that goes out, without the batch.</summary>
    public Shape Output => _layers.Length == 0 ? Input : _layers[^1].Output;

    /// <summary>The layers, the first applied first.</summary>
    public IReadOnlyList<PlannedLayer> Layers => _layers;

    /// <summary>The number of values in all parameters.</summary>
    public long Parameters => _layers.Sum(layer => layer.Parameters);

    /// <summary>Reads a list of layers and finds the shapes between them.</summary>
    /// <param name="layers">The list; line ends are blanks, and <c>#</c> begins a comment.</param>
    /// <param name="input">The shape of one item without the batch: <c>[C, H, W]</c>, <c>[C, T]</c>, <c>[C]</c>.</param>
    /// <param name="name">What the list is called in messages, as a file would be.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="NotationException">The list is wrong, or a layer does not fit what comes into it.</exception>
    public static NetworkPlan Parse(string layers, Shape input, string name = "layers")
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (input.Rank is < 1 or > 4 || input.Length == 0)
            throw new ArgumentException($"NetworkPlan expects the shape of one item, [C] or [C, …] with one to three more axes, but got {input}.");
        Diagnostics diagnostics = new(new SourceText(name, layers));
        List<NotationItem> items = NotationReader.Read("layer", LayerKinds.Signatures, diagnostics);
        List<PlannedLayer> planned = [];
        Dictionary<string, int> numbers = [];
        if (!diagnostics.Failed)
        {
            Shape shape = input;
            foreach (NotationItem item in items)
            {
                string kind = item.Signature.Name;
                int number = numbers[kind] = numbers.GetValueOrDefault(kind) + 1;

                // Shapes behind a layer that does not fit are unknown: nothing after it is looked at.
                if (Plan(new LayerDraft(item, shape, kind + number.ToString(CultureInfo.InvariantCulture))) is not PlannedLayer layer)
                    break;
                planned.Add(layer);
                shape = layer.Output;
            }
        }

        return diagnostics.Failed
            ? throw new NotationException(string.Join("\n\n", diagnostics.Errors))
            : new NetworkPlan(layers, input, [.. planned]);
    }

    /// <summary>The same layers and behind them a fully connected one, named <c>output</c>; before it what is no row of features is flattened.</summary>
    /// <param name="outputs">How many numbers go out; 1 or more.</param>
    /// <returns>A plan whose output is <c>[outputs]</c>.</returns>
    public NetworkPlan WithOutput(int outputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        List<PlannedLayer> layers = [.. _layers];
        Shape shape = Output;
        if (shape.Rank > 1)
        {
            Shape all = shape;
            layers.Add(new PlannedLayer("output.flatten", "flatten", all, new Shape(all.Length), 0, _ => new Flatten("output.flatten")));
            shape = new Shape(all.Length);
        }

        int inputs = shape[0];
        layers.Add(new PlannedLayer("output", $"linear {outputs}", shape, new Shape(outputs), (long)inputs * outputs, parameters => new Linear(parameters, "output", inputs, outputs)));
        return new NetworkPlan(Text, Input, [.. layers]);
    }

    /// <summary>Makes the layers.</summary>
    /// <param name="parameters">The model's parameters, to which theirs are added; allocated by the caller afterwards.</param>
    /// <param name="name">The name of the whole.</param>
    /// <returns>The layers in a row; x is <c>[N, …]</c> with <see cref="Input"/> behind it.</returns>
    public Sequential Build(ParameterSet parameters, string name = "layers") => new(name, [.. _layers.Select(layer => layer.Build(parameters))]);

    /// <summary>A table for a reader: each layer with the shape behind it, its parameters and its multiplications.</summary>
    /// <returns>Several lines of text.</returns>
    public string Describe()
    {
        int name = Math.Max(5, _layers.Select(layer => layer.Name.Length).DefaultIfEmpty().Max());
        int text = Math.Max(5, _layers.Select(layer => OneLine(layer.Text).Length).DefaultIfEmpty().Max());
        StringBuilder table = new();
        table.Append(CultureInfo.InvariantCulture, $"{"name".PadRight(name)}  {"layer".PadRight(text)}  {"output",-13}  {"parameters",12}  {"multiplications",15}\n");
        table.Append(CultureInfo.InvariantCulture, $"{"".PadRight(name)}  {"input".PadRight(text)}  {LayerDraft.Text(Input)}\n");
        foreach (PlannedLayer layer in _layers)
        {
            table.Append(CultureInfo.InvariantCulture,
                $"{layer.Name.PadRight(name)}  {OneLine(layer.Text).PadRight(text)}  {LayerDraft.Text(layer.Output),-13}  {layer.Parameters,12:N0}  {layer.Multiplications,15:N0}\n");
        }

        table.Append(CultureInfo.InvariantCulture, $"{"".PadRight(name)}  {"in all".PadRight(text)}  {"",-13}  {Parameters,12:N0}  {_layers.Sum(layer => layer.Multiplications),15:N0}\n");
        return table.ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => $"NetworkPlan({LayerDraft.Text(Input)} -> {LayerDraft.Text(Output)})  # {Parameters.ToString("N0", CultureInfo.InvariantCulture)} parameters";

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>A layer's plan; numbers that no tensor can have are reported as any other mistake.</summary>
    private static PlannedLayer? Plan(LayerDraft draft)
    {
        try
        {
            return LayerKinds.All[draft.Item.Signature.Name].Plan(draft);
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            draft.Item.Error(draft.Item.Signature.Name, $"`{draft.Item.Signature.Name}` becomes too large: {e.Message.Split('\n')[0].TrimEnd('.')}", "fewer than 2^31 numbers", "smaller sizes");
            return null;
        }
    }
}
