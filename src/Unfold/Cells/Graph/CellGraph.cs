namespace Unfold.Cells.Graph;

/// <summary>
/// A cell as a checked graph: what one step computes for one sequence. Shapes are in named sizes; <c>C</c> and <c>H</c> are given when a layer is
/// built, the others by the text (<see cref="Sizes"/>).
/// </summary>
/// <param name="Name">The cell's name, for errors and printing.</param>
/// <param name="Nodes">Every node that the output, a next state or a parameter's shape needs; inputs before their users.</param>
/// <param name="Input">x, of shape [C]; of shape [H] for a cell that needs C = H.</param>
/// <param name="Output">What the layer gives at this step.</param>
/// <param name="States">In the order in which the text first defines them.</param>
/// <param name="Parameters">In the order in which the text first uses them.</param>
/// <param name="Sizes">The values of <c>size NAME = …</c> lines.</param>
internal sealed record CellGraph(
    string Name,
    IReadOnlyList<Node> Nodes,
    Node Input,
    Node Output,
    IReadOnlyList<StateVariable> States,
    IReadOnlyList<ParameterVariable> Parameters,
    IReadOnlyDictionary<string, int> Sizes)
{
    /// <summary>The values of all named sizes for a layer of the given input and hidden sizes.</summary>
    public IReadOnlyDictionary<string, int> SizesFor(int inputSize, int hiddenSize) =>
        new Dictionary<string, int>(Sizes, StringComparer.Ordinal) { ["C"] = inputSize, ["H"] = hiddenSize };
}

/// <summary>What a state is before the first step, when the caller gives nothing.</summary>
internal enum InitialState
{
    /// <summary><see cref="StateVariable.InitialValue"/> everywhere.</summary>
    Constant,

    /// <summary>A trained value of the state's own shape, shared by all sequences; its parameter is named <c>NAME0</c>.</summary>
    Learned,
}

/// <summary>A value that is carried from step to step.</summary>
/// <param name="Name">Its name in the text.</param>
/// <param name="Previous">Its value before the step.</param>
/// <param name="Next">Its value after the step.</param>
/// <param name="Initial">Where it starts.</param>
/// <param name="InitialValue">The number it starts at when <paramref name="Initial"/> is constant.</param>
internal sealed record StateVariable(string Name, Node Previous, Node Next, InitialState Initial, double InitialValue);

/// <summary>A parameter with how it starts and whether it is trained.</summary>
/// <param name="Name">Its name in the text.</param>
/// <param name="Node">Its node, whose shape is the parameter's.</param>
/// <param name="Initialization">How it is filled before training.</param>
/// <param name="Trained">False after <c>fixed NAME</c>.</param>
internal sealed record ParameterVariable(string Name, Node Node, Initialization Initialization, bool Trained);

/// <summary>How a parameter is filled before training.</summary>
internal enum InitializationKind
{
    Zeros,
    Constant,
    Orthogonal,
    Identity,
    Glorot,
    He,
    Lecun,
    Normal,
    Uniform,
    LogUniform,
    SpectralRadius,
}

/// <summary>An initialisation with its numbers: (mean, sd), (a, b), (r, density), or one constant in <paramref name="First"/>.</summary>
internal sealed record Initialization(InitializationKind Kind, double First = 0, double Second = 0);
