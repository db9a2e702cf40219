using System.Globalization;
using Unfold.Cells.Graph;

namespace Unfold.Cells.Printing;

/// <summary>
/// Writes a node as an expression of the cell language, with as few parentheses as its grammar needs. What the language has no word for is written as
/// mathematics does: <c>U^T</c>, <c>a b^T</c>, <c>v[0..H]</c>, <c>(a >= b)</c> for 1 where it holds.
/// </summary>
/// <param name="name">The name of a node that is written by name; null for one that is written out.</param>
/// <param name="flatten">
/// Whether sums and products of several terms lose their brackets and minus signs come to the front, as a reader expects of a gradient; without it the
/// text, read again, gives the same graph.
/// </param>
internal sealed class ExpressionText(Func<Node, string?> name, bool flatten)
{
    /// <summary>How tightly a text holds together: a place that needs more than it has gets parentheses.</summary>
    private enum Binding
    {
        Sum,
        Term,
        Factor,
        Product,
        Atom,
    }

    /// <summary>The node by name if it has one, else written out.</summary>
    public string Of(Node node) => Text(node, Binding.Sum);

    /// <summary>The node written out even if it has a name.</summary>
    public string DefinitionOf(Node node) => WrittenOut(node).Text;

    /// <summary>The node as a term of a sum.</summary>
    public string TermOf(Node node) => Text(node, Binding.Term);

    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private string Text(Node node, Binding needed)
    {
        (string text, Binding binding) = name(node) is string known
            ? (known, known.StartsWith("d ") ? Binding.Factor : Binding.Atom)
            : WrittenOut(node);
        return binding < needed ? $"({text})" : text;
    }

    private (string Text, Binding Binding) WrittenOut(Node node)
    {
        if (Call(node) is (string function, Node[] arguments, double[] numbers))
            return ($"{function}({string.Join(", ", arguments.Select(Of).Concat(numbers.Select(Number)))})", Binding.Atom);
        IReadOnlyList<Node> inputs = node.Inputs;
        switch (node.Operation)
        {
            case Operation.Constant: return (Number(node.Value), node.Value < 0 ? Binding.Sum : Binding.Atom);
            case Operation.Add or Operation.Subtract or Operation.Negate when flatten: return Sum(node);
            case Operation.Multiply or Operation.Divide when flatten: return Sum(node);
            case Operation.Add: return ($"{Text(inputs[0], Binding.Sum)} + {Text(inputs[1], Binding.Term)}", Binding.Sum);
            case Operation.Subtract: return ($"{Text(inputs[0], Binding.Sum)} - {Text(inputs[1], Binding.Term)}", Binding.Sum);
            case Operation.Negate: return ("-" + Text(inputs[0], Binding.Factor), Binding.Sum);
            case Operation.Multiply: return ($"{Text(inputs[0], Binding.Term)} * {Text(inputs[1], Binding.Factor)}", Binding.Term);
            case Operation.Divide: return ($"{Text(inputs[0], Binding.Term)} / {Text(inputs[1], Binding.Factor)}", Binding.Term);
            case Operation.GreaterOrEqual: return ($"({Of(inputs[0])} >= {Of(inputs[1])})", Binding.Atom);
            case Operation.Product: return ($"{Text(inputs[0], Binding.Atom)} {Text(inputs[1], Binding.Product)}", Binding.Product);
            case Operation.Transpose: return (Text(inputs[0], Binding.Atom) + "^T", Binding.Atom);
            case Operation.Outer: return ($"{Text(inputs[0], Binding.Product)} {Text(inputs[1], Binding.Atom)}^T", Binding.Product);
            case Operation.Concat: return ($"[{string.Join(", ", inputs.Select(Of))}]", Binding.Atom);
            case Operation.Slice: return ($"{Text(inputs[0], Binding.Atom)}[{Run(node.Offset!, node.Shape[0])}]", Binding.Atom);
            case Operation.Columns: return ($"{Text(inputs[0], Binding.Atom)}[.., {Run(node.Offset!, node.Shape[1])}]", Binding.Atom);
            case Operation.Broadcast: return WrittenByShape(inputs[0]);
            case Operation.InverseCount: return ($"1 / size({Of(inputs[0])})", Binding.Term);
            case Operation.Mask: return ("mask" + Number(node.Place), Binding.Atom);
            default: return (node.Name ?? throw new InvalidOperationException($"{node.Operation} has no text."), Binding.Atom);
        }
    }

    private (string Function, Node[] Arguments, double[] Numbers)? Call(Node node) => Idioms.Call(node, name, withMasks: !flatten);

    /// <summary>A number in a vector's place is written as the number: the language broadcasts it.</summary>
    private (string Text, Binding Binding) WrittenByShape(Node scalar) => (Text(scalar, Binding.Factor), Binding.Factor);

    private static string Run(Dimension offset, Dimension length) => $"{offset}..{offset + length}";

    /// <summary>A sum of signed terms, those with a plus first.</summary>
    private (string Text, Binding Binding) Sum(Node node)
    {
        var terms = new List<(bool Negative, string Text)>();
        CollectTerms(node, negative: false, terms, top: true);
        if (terms.Count == 1)
            return (terms[0].Negative ? "-" + terms[0].Text : terms[0].Text, terms[0].Negative ? Binding.Sum : Binding.Term);
        if (terms.FindIndex(t => !t.Negative) is > 0 and int positive)
        {
            (bool, string) first = terms[positive];
            terms.RemoveAt(positive);
            terms.Insert(0, first);
        }

        string text = (terms[0].Negative ? "-" : "") + terms[0].Text
            + string.Concat(terms.Skip(1).Select(t => (t.Negative ? " - " : " + ") + t.Text));
        return (text, Binding.Sum);
    }

    private void CollectTerms(Node node, bool negative, List<(bool Negative, string Text)> terms, bool top = false)
    {
        if (top || name(node) is null)
        {
            switch (node.Operation)
            {
                case Operation.Add or Operation.Subtract:
                    CollectTerms(node.Inputs[0], negative, terms);
                    CollectTerms(node.Inputs[1], negative ^ (node.Operation == Operation.Subtract), terms);
                    return;
                case Operation.Negate:
                    CollectTerms(node.Inputs[0], !negative, terms);
                    return;
                case Operation.Broadcast:
                    CollectTerms(node.Inputs[0], negative, terms);
                    return;
                case Operation.Constant when node.Value < 0:
                    terms.Add((!negative, Number(-node.Value)));
                    return;
                case Operation.Multiply or Operation.Divide when Call(node) is null:
                    terms.Add(Term(node, negative, top));
                    return;
            }
        }

        terms.Add((negative, Text(node, Binding.Term)));
    }

    /// <summary>A product of factors over divisors, numbers first, with its sign apart.</summary>
    private (bool Negative, string Text) Term(Node node, bool negative, bool top)
    {
        var above = new List<Node>();
        var below = new List<string>();
        CollectFactors(node, above, below, ref negative, top);
        double number = 1;
        foreach (Node constant in above.Where(IsNumber))
            number *= constant.Value;
        if (number < 0)
            negative = !negative;
        var factors = above.Where(f => !IsNumber(f)).Select(f => Text(f, Binding.Factor)).ToList();
        if (Math.Abs(number) != 1 || factors.Count == 0)
            factors.Insert(0, Number(Math.Abs(number)));
        return (negative, string.Join(" * ", factors) + string.Concat(below.Select(d => " / " + d)));
    }

    private bool IsNumber(Node node) => node.Operation == Operation.Constant && name(node) is null;

    private void CollectFactors(Node node, List<Node> above, List<string> below, ref bool negative, bool top = false)
    {
        if (top || name(node) is null)
        {
            switch (node.Operation)
            {
                case Operation.Multiply when Call(node) is null:
                    CollectFactors(node.Inputs[0], above, below, ref negative);
                    CollectFactors(node.Inputs[1], above, below, ref negative);
                    return;
                case Operation.Divide when Call(node) is null:
                    CollectFactors(node.Inputs[0], above, below, ref negative);
                    below.Add(Text(node.Inputs[1], Binding.Factor));
                    return;
                case Operation.Negate:
                    negative = !negative;
                    CollectFactors(node.Inputs[0], above, below, ref negative);
                    return;
                case Operation.InverseCount:
                    below.Add($"size({Of(node.Inputs[0])})");
                    return;
                case Operation.Broadcast:
                    CollectFactors(node.Inputs[0], above, below, ref negative);
                    return;
            }
        }

        above.Add(node);
    }
}
