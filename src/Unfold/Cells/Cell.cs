using Unfold.Cells.Graph;
using Unfold.Cells.Syntax;

namespace Unfold.Cells;

/// <summary>
/// A recurrent cell, read from its equations. It holds no weights: a layer gives it sizes and parameters. The language is described in docs/cells.md.
/// </summary>
public sealed class Cell
{
    private Cell(CellGraph graph, string text, string summary, bool needsEqualSizes)
    {
        Graph = graph;
        Text = text;
        Summary = summary;
        NeedsEqualSizes = needsEqualSizes;
        Parameters = [.. graph.Parameters.Select(p => new CellParameter(p.Name, Shape(p.Node), p.Trained, Initializations.Describe(p.Initialization)))];
        States = [.. graph.States.Select(s => new CellState(s.Name, Shape(s.Previous), Start(s)))];
    }

    /// <summary>The names of the cells in the library, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names => CellLibrary.Names;

    /// <summary>The cell's name: the library's, the file's without its ending, or what <see cref="Parse"/> was given.</summary>
    public string Name => Graph.Name;

    /// <summary>The equations as written, with the values of constants that were set from outside in the place of the written ones.</summary>
    public string Text { get; }

    /// <summary>The first line of the comment at the head of the text: title and source. Empty where there is none.</summary>
    public string Summary { get; }

    /// <summary>The parameters in the order in which the text first uses them.</summary>
    public IReadOnlyList<CellParameter> Parameters { get; }

    /// <summary>The states in the order in which the text first defines them.</summary>
    public IReadOnlyList<CellState> States { get; }

    /// <summary>The shape of the output, such as <c>[H]</c>.</summary>
    public string OutputShape => Shape(Graph.Output);

    /// <summary>Whether the cell adds x to a hidden vector, so that a layer of it needs as many input features as hidden units.</summary>
    public bool NeedsEqualSizes { get; }

    internal CellGraph Graph { get; }

    /// <summary>A cell of the library.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="CellException">There is no such cell; the message lists the names nearest to it.</exception>
    public static Cell Named(string name) => Load(CellLibrary.Text(name), name, name + ".cell", null);

    /// <summary>A cell from its equations.</summary>
    /// <param name="text">The equations, one definition a line.</param>
    /// <param name="name">What the cell is called in messages.</param>
    /// <param name="constants">Values for <c>let</c> and <c>size</c> lines, which replace the written ones.</param>
    /// <exception cref="CellException">The text is wrong; the message holds every error with its line, column and likely fix.</exception>
    public static Cell Parse(string text, string name = "cell", IReadOnlyDictionary<string, double>? constants = null) =>
        Load(text, name, name, constants);

    /// <summary>A cell of the library, or from a file.</summary>
    /// <param name="nameOrPath">One of <see cref="Names"/>, or the path of a text file, usually ending in <c>.cell</c>.</param>
    /// <param name="constants">Values for <c>let</c> and <c>size</c> lines, which replace the written ones.</param>
    /// <exception cref="CellException">There is neither such a cell nor such a file, the file cannot be read, or its text is wrong.</exception>
    public static Cell Load(string nameOrPath, IReadOnlyDictionary<string, double>? constants = null)
    {
        if (CellLibrary.Names.Contains(nameOrPath))
            return Load(CellLibrary.Text(nameOrPath), nameOrPath, nameOrPath + ".cell", constants);
        return Load(CellLibrary.ReadFile(nameOrPath), Path.GetFileNameWithoutExtension(nameOrPath), nameOrPath, constants);
    }

    /// <summary>Reads a text and says everything about it, without throwing for what is wrong in it.</summary>
    /// <param name="text">The equations.</param>
    /// <param name="fileName">The file's name for messages; without its ending it becomes the cell's name.</param>
    /// <param name="constants">Values for <c>let</c> and <c>size</c> lines, which replace the written ones.</param>
    public static CellCheck Check(string text, string fileName, IReadOnlyDictionary<string, double>? constants = null) =>
        Read(text, Path.GetFileNameWithoutExtension(fileName), fileName, constants);

    /// <summary>As <see cref="Check"/>, for a cell of the library or a file.</summary>
    /// <param name="nameOrPath">One of <see cref="Names"/>, or the path of a text file.</param>
    /// <param name="constants">Values for <c>let</c> and <c>size</c> lines, which replace the written ones.</param>
    /// <exception cref="CellException">There is neither such a cell nor such a file, or the file cannot be read.</exception>
    public static CellCheck CheckFile(string nameOrPath, IReadOnlyDictionary<string, double>? constants = null) =>
        CellLibrary.Names.Contains(nameOrPath)
            ? Read(CellLibrary.Text(nameOrPath), nameOrPath, nameOrPath + ".cell", constants)
            : Check(CellLibrary.ReadFile(nameOrPath), nameOrPath, constants);

    /// <summary>The cell in one line: name, states and the number of parameters.</summary>
    public override string ToString() =>
        $"{Name}: {(States.Count == 0 ? "no state" : "state" + (States.Count > 1 ? "s " : " ") + string.Join(", ", States.Select(s => s.Name + s.Shape)))}, {Parameters.Count} parameters";

    private static Cell Load(string text, string name, string fileName, IReadOnlyDictionary<string, double>? constants)
    {
        CellCheck check = Read(text, name, fileName, constants);
        return check.Cell ?? throw new CellException(check.Errors);
    }

    private static CellCheck Read(string text, string name, string fileName, IReadOnlyDictionary<string, double>? constants)
    {
        CellReading reading = CellReader.Read(text, fileName, name, constants);
        Cell? cell = reading.Graph is CellGraph graph
            ? new Cell(graph, reading.Text, CellLibrary.SummaryOf(reading.Text), reading.EqualSizes is not null) : null;
        int equalLine = reading.EqualSizes is TextSpan place ? reading.Diagnostics.Source.Locate(place.Start).Line : 0;
        return new CellCheck(fileName, reading.Diagnostics.Errors, reading.Diagnostics.Warnings, cell, equalLine);
    }

    private static string Shape(Node node) => node.IsScalar ? "scalar" : $"[{string.Join(", ", node.Shape)}]";

    private static string Start(StateVariable state) =>
        state.Initial == InitialState.Learned ? $"learned ({state.Name}0)"
        : state.InitialValue == 0 ? "zeros" : FormattableString.Invariant($"{state.InitialValue}");
}

/// <summary>A parameter of a cell.</summary>
/// <param name="Name">Its name in the equations.</param>
/// <param name="Shape">Rows and columns in named sizes, such as <c>[H, C]</c>; <c>scalar</c> for one number.</param>
/// <param name="Trained">False after <c>fixed NAME</c>.</param>
/// <param name="Initialization">How it starts, as an <c>init</c> line says it.</param>
public sealed record CellParameter(string Name, string Shape, bool Trained, string Initialization);

/// <summary>A value that a cell carries from step to step.</summary>
/// <param name="Name">Its name in the equations.</param>
/// <param name="Shape">Its size, such as <c>[H]</c>.</param>
/// <param name="Initial">Where it starts: <c>zeros</c>, a number or <c>learned (NAME0)</c>.</param>
public sealed record CellState(string Name, string Shape, string Initial);
