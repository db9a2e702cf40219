using Unfold.Cells.Graph;

namespace Unfold.Cells.Syntax;

/// <summary>What may stand on the right of <c>init NAME =</c>: checks it and turns it into the graph's form and back into text.</summary>
internal static class Initializations
{
    private static readonly Kind[] Kinds =
    [
        new("zeros", InitializationKind.Zeros, [], false, "zeros"),
        new("identity", InitializationKind.Identity, [], true, "identity"),
        new("orthogonal", InitializationKind.Orthogonal, [], true, "orthogonal"),
        new("glorot", InitializationKind.Glorot, [], true, "glorot"),
        new("he", InitializationKind.He, [], true, "he"),
        new("lecun", InitializationKind.Lecun, [], true, "lecun"),
        new("normal", InitializationKind.Normal, ["mean", "sd"], false, "normal(0, 0.1)"),
        new("uniform", InitializationKind.Uniform, ["a", "b"], false, "uniform(-0.1, 0.1)"),
        new("log_uniform", InitializationKind.LogUniform, ["a", "b"], false, "log_uniform(1, 100)"),
        new("spectral_radius", InitializationKind.SpectralRadius, ["r", "density"], true, "spectral_radius(0.9, 0.1)"),
    ];

    /// <summary>Everything that may stand there for a parameter.</summary>
    public static string AllKinds => "a number, " + string.Join(", ", Kinds.Select(k => k.Name));

    private sealed record Kind(string Name, InitializationKind Value, string[] Numbers, bool ForMatrix, string Example);

    /// <summary>Of a checked line.</summary>
    public static Initialization Of(InitDeclaration line)
    {
        if (line.Kind.Text.Length == 0)
            return new Initialization(InitializationKind.Constant, line.Numbers[0]);
        Kind kind = Kinds.First(k => k.Name == line.Kind.Text);
        return new Initialization(kind.Value, line.Numbers.ElementAtOrDefault(0), line.Numbers.ElementAtOrDefault(1));
    }

    /// <summary>Of a state's checked line, or of none.</summary>
    public static (InitialState Initial, double Value) OfState(InitDeclaration? line) =>
        line is null || line.Kind.Text == "zeros" ? (InitialState.Constant, 0)
        : line.Kind.Text == "learned" ? (InitialState.Learned, 0)
        : (InitialState.Constant, line.Numbers[0]);

    /// <summary>As an <c>init</c> line says it.</summary>
    public static string Describe(Initialization initialization) => initialization.Kind switch
    {
        InitializationKind.Constant => FormattableString.Invariant($"{initialization.First}"),
        _ when Kinds.First(k => k.Value == initialization.Kind) is Kind kind =>
            kind.Numbers.Length == 0 ? kind.Name : FormattableString.Invariant($"{kind.Name}({initialization.First}, {initialization.Second})"),
        _ => "",
    };

    public static void Check(Symbol symbol, Diagnostics diagnostics)
    {
        InitDeclaration line = symbol.Init!;
        string word = line.Kind.Text;
        if (symbol.Kind == SymbolKind.State)
        {
            if (word is not "" and not "zeros" and not "learned" || line.HasList)
                diagnostics.Error(line.Span, $"a state cannot start as `{diagnostics.Source[line.Span]}`", "`zeros`, a number or `learned`");
            return;
        }

        if (!symbol.IsParameter)
        {
            diagnostics.Error(line.Name.Span, $"`{symbol.Name}` is {symbol.Describe}", "the name of a parameter or a state");
            return;
        }

        if (word.Length == 0)
            return;
        if (Kinds.FirstOrDefault(k => k.Name == word) is not Kind kind)
        {
            (string? expected, string? fix) = word switch
            {
                "learned" => ("`learned` is for states", "parameters are trained unless a line says `fixed`"),
                "ones" => (AllKinds, "write `1`"),
                "xavier" => (AllKinds, "it is called `glorot`"),
                "kaiming" => (AllKinds, "it is called `he`"),
                _ => (AllKinds, Words.DidYouMean(word, Kinds.Select(k => k.Name))),
            };
            diagnostics.Error(line.Kind.Span, $"`{word}` is no initialisation of a parameter", expected, fix);
        }
        else if (kind.ForMatrix && symbol.Kind != SymbolKind.Matrix)
        {
            diagnostics.Error(line.Kind.Span, $"`{word}` is for matrices, and `{symbol.Name}` is {symbol.Describe}", "a number, zeros, normal, uniform or log_uniform");
        }
        else if (line.Numbers.Count != kind.Numbers.Length)
        {
            diagnostics.Error(
                line.Span, $"`{word}` takes {(kind.Numbers.Length == 0 ? "no numbers" : $"two numbers ({string.Join(", ", kind.Numbers)})")}, but got {line.Numbers.Count}",
                $"`{kind.Example}`");
        }
        else
        {
            CheckNumbers(symbol, line, kind, diagnostics);
        }
    }

    private static void CheckNumbers(Symbol symbol, InitDeclaration line, Kind kind, Diagnostics diagnostics)
    {
        double a = line.Numbers.ElementAtOrDefault(0), b = line.Numbers.ElementAtOrDefault(1);
        string? wrong = kind.Value switch
        {
            InitializationKind.Normal when b < 0 => "a standard deviation of at least 0",
            InitializationKind.Uniform when a > b => "the lower bound first",
            InitializationKind.LogUniform when a > b => "the lower bound first",
            InitializationKind.LogUniform when a <= 0 => "bounds above 0",
            InitializationKind.SpectralRadius when a < 0 => "a radius of at least 0",
            InitializationKind.SpectralRadius when b is not (> 0 and <= 1) => "a density above 0 and at most 1",
            _ => null,
        };
        if (wrong is not null)
            diagnostics.Error(line.Span, $"`{diagnostics.Source[line.Span]}` cannot be drawn", wrong);
        bool square = SizeSolver.Final(symbol.Rows).SameAs(SizeSolver.Final(symbol.Columns));
        if (kind.Value == InitializationKind.SpectralRadius && !square)
            diagnostics.Error(line.Kind.Span, $"`{kind.Name}` is for square matrices, and `{symbol.Name}` is [{symbol.Rows}, {symbol.Columns}]", "a matrix from a state to itself");
    }
}
