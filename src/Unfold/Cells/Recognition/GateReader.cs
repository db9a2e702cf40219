using Unfold.Cells.Graph;

namespace Unfold.Cells.Recognition;

/// <summary>Takes apart what stands inside a gate's function: W x + U h + b, and what the variants add.</summary>
internal sealed class GateReader
{
    private readonly string _input;
    private readonly string _hidden;
    private readonly string? _cell;
    private readonly string? _nextCell;

    /// <param name="graph">The (lowered) cell.</param>
    /// <param name="h">The hidden state.</param>
    /// <param name="c">The cell state of an LSTM.</param>
    public GateReader(CellGraph graph, StateVariable h, StateVariable? c)
    {
        _input = PolynomialReader.LeafKey(graph.Input);
        _hidden = PolynomialReader.LeafKey(h.Previous);
        _cell = c is null ? null : PolynomialReader.LeafKey(c.Previous);
        _nextCell = c is null ? null : PolynomialReader.NextKey(c);
    }

    /// <summary>The parts of an ordinary gate; null when it has others.</summary>
    public RecognizedGate? Read(string name, Atom function)
    {
        var gate = new Slots();
        foreach (Term term in function.Argument!.Terms)
        {
            bool negated = term.Coefficient < 0;
            bool known = Math.Abs(term.Coefficient) == 1 && term.Atoms switch
            {
                [{ Node.Operation: Operation.Parameter } bias] => gate.AddBias(Vector(bias, negated)),
                [{ Node.Operation: Operation.Product } product] => gate.AddMatrix(product, Part(product.Node!.Inputs[0], negated), _input, _hidden),
                [{ Node.Operation: Operation.Parameter } weight, Atom seen] => gate.AddPeephole(Sees(name, seen) ? Vector(weight, negated) : null),
                [Atom seen, { Node.Operation: Operation.Parameter } weight] => gate.AddPeephole(Sees(name, seen) ? Vector(weight, negated) : null),
                _ => false,
            };
            if (!known)
                return null;
        }

        return gate.Finish(name);
    }

    /// <summary>The parts of a GRU's candidate, with the sigmoid that resets: before the product, U (r * h), or after it, r * (U h + c).</summary>
    public (Atom Reset, RecognizedGate Candidate, bool After)? ReadReset(Atom function)
    {
        var gate = new Slots();
        Atom? reset = null;
        bool before = false, after = false;
        foreach (Term term in function.Argument!.Terms)
        {
            bool negated = term.Coefficient < 0;
            Atom? factor = term.Atoms.FirstOrDefault(a => a.Node?.Operation == Operation.Sigmoid);
            Atom[] others = [.. term.Atoms.Where(a => a != factor)];
            bool known = Math.Abs(term.Coefficient) == 1 && Same(factor, ref reset) && others switch
            {
                [{ Node.Operation: Operation.Parameter } bias] when factor is null => gate.AddFirstBias(Vector(bias, negated)),
                [{ Node.Operation: Operation.Parameter } bias] => gate.AddSecondBias(Vector(bias, negated)),
                [{ Node.Operation: Operation.Product } product] when factor is null => gate.AddMatrix(product, Part(product.Node!.Inputs[0], negated), _input, null)
                    || (before = IsReset(product.Argument!, ref reset) && gate.AddRecurrent(Part(product.Node!.Inputs[0], negated))),
                [{ Node.Operation: Operation.Product } product] => gate.AddMatrix(product, Part(product.Node!.Inputs[0], negated), null, _hidden),
                _ => false,
            };
            if (!known)
                return null;
            after |= factor is not null;
        }

        return reset is not null && before != after && gate.Finish("n") is RecognizedGate candidate ? (reset, candidate, after) : null;
    }

    /// <summary>A matrix, or a run of its columns.</summary>
    public static RecognizedPart? Part(Node matrix, bool negated) => matrix.Operation switch
    {
        Operation.Parameter => new RecognizedPart(matrix.Name!, null, negated),
        Operation.Columns => new RecognizedPart(matrix.Inputs[0].Name!, matrix.Offset, negated),
        _ => null,
    };

    private static RecognizedPart? Vector(Atom atom, bool negated) => atom.Node!.Shape.Count == 1 ? Part(atom.Node, negated) : null;

    /// <summary>The output gate's peephole sees the new cell state, the others' the old one.</summary>
    private bool Sees(string gate, Atom value) => value.Key == gate switch { "o" => _nextCell, "g" => null, _ => _cell };

    /// <summary>Whether a matrix's operand is r * h; r is the same sigmoid everywhere.</summary>
    private bool IsReset(Polynomial operand, ref Atom? reset)
    {
        if (operand.Terms.ToArray() is not [{ Coefficient: 1, Atoms: [Atom a, Atom b] }])
            return false;
        Atom? factor = a.Key == _hidden ? b : b.Key == _hidden ? a : null;
        return factor?.Node?.Operation == Operation.Sigmoid && Same(factor, ref reset);
    }

    private static bool Same(Atom? factor, ref Atom? reset)
    {
        if (factor is null)
            return true;
        reset ??= factor;
        return reset.Key == factor.Key;
    }

    /// <summary>A gate's places, each to be filled at most once.</summary>
    private sealed class Slots
    {
        private RecognizedPart? _input;
        private RecognizedPart? _recurrent;
        private RecognizedPart? _bias;
        private RecognizedPart? _secondBias;
        private RecognizedPart? _peephole;

        /// <summary>Fills the place that the matrix's operand says: x's or h's; a null key takes none.</summary>
        public bool AddMatrix(Atom product, RecognizedPart? part, string? input, string? hidden)
        {
            string? operand = product.Argument!.SingleAtom?.Key;
            return operand is not null
                && ((operand == input && Fill(ref _input, part)) || (operand == hidden && AddRecurrent(part)));
        }

        public bool AddRecurrent(RecognizedPart? part) => Fill(ref _recurrent, part);

        public bool AddBias(RecognizedPart? part) => _bias is null ? AddFirstBias(part) : AddSecondBias(part);

        public bool AddFirstBias(RecognizedPart? part) => Fill(ref _bias, part);

        public bool AddSecondBias(RecognizedPart? part) => Fill(ref _secondBias, part);

        public bool AddPeephole(RecognizedPart? part) => Fill(ref _peephole, part);

        public RecognizedGate? Finish(string name) =>
            _input is null || _recurrent is null ? null : new RecognizedGate(name, _input, _recurrent, _bias, _secondBias, _peephole);

        private static bool Fill(ref RecognizedPart? place, RecognizedPart? part)
        {
            if (place is not null || part is null)
                return false;
            place = part;
            return true;
        }
    }
}
