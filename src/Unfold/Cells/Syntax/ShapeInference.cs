namespace Unfold.Cells.Syntax;

/// <summary>A value's shape: a number has no size.</summary>
internal readonly record struct ValueShape(SizeTerm? Size)
{
    public static ValueShape Number => new(null);

    public bool IsNumber => Size is null;

    public override string ToString() => Size is null ? "a number" : $"[{Size}]";
}

/// <summary>
/// Finds every shape: goes through the definitions in order and hands each place that needs two equal sizes to the solver. A value whose shape could not
/// be found was reported and is null, so that nothing is reported twice.
/// </summary>
internal sealed class ShapeInference(SymbolTable symbols, SizeSolver solver, Diagnostics diagnostics)
{
    private readonly Dictionary<Definition, ValueShape?> _defined = [];

    public void Run(IReadOnlyList<Definition> ordered)
    {
        foreach (Definition definition in ordered)
            _defined[definition] = Define(definition);
        solver.Finish();
    }

    private ValueShape? Define(Definition definition)
    {
        ValueShape? shape = Of(definition.Value);
        if (definition == symbols.Output && shape is { IsNumber: true })
        {
            diagnostics.Error(definition.Value.Span, "the output is a number", "a vector", "for an output of one element write a product with a matrix `matrix W[1, H]`");
        }
        else if (definition.Primed && shape is { Size: SizeTerm size })
        {
            Symbol state = symbols[definition.Name.Text];
            string name = state.Name;
            bool vague = !state.Declared;
            Equal(state.Rows, size, definition.Value.Span, (left, right) => new SizeComplaint(
                $"the state `{name}` has size {left}, but its next value has size {right}", $"a value of size {left}",
                vague && right.Contains('?') ? "a matrix brings it to that size: `W v`" : vague ? $"declare the state's size: `state {name}[{right}]`" : $"change `state {name}[{left}]`, or the value"));
            return new ValueShape(state.Rows);
        }

        return definition.Primed && shape is not null ? new ValueShape(symbols[definition.Name.Text].Rows) : shape;
    }

    private ValueShape? Of(Expression expression)
    {
        switch (expression)
        {
            case NumberExpression: return ValueShape.Number;
            case NegateExpression negate: return Of(negate.Operand);
            case NameExpression name: return OfName(name);
            case ProductExpression product: return OfProduct(product);
            case ChainExpression chain: return OfChain(chain);
            case ConcatExpression concat: return OfConcat(concat);
            case CallExpression call: return OfCall(call);
            default: throw new InvalidOperationException($"No shape rule for {expression.GetType().Name}.");
        }
    }

    private ValueShape? OfName(NameExpression name)
    {
        Symbol symbol = symbols[name.Name];
        switch (symbol.Kind)
        {
            case SymbolKind.Constant or SymbolKind.Scalar: return ValueShape.Number;
            case SymbolKind.Intermediate: return _defined[symbol.Definition!];
            case SymbolKind.Matrix:
                diagnostics.Error(
                    name.Span, $"the matrix `{name.Name}` without a vector to its right", $"a product such as `{name.Name} h`",
                    symbol.Declared ? null : $"names with a capital are matrices; for a vector write `vector {name.Name}[H]` or a small letter");
                return null;
            default: return new ValueShape(symbol.Rows);
        }
    }

    private ValueShape? OfProduct(ProductExpression product)
    {
        string name = product.Matrix.Name;
        Symbol symbol = symbols[name];
        if (product.Matrix.Primed || symbol.Kind != SymbolKind.Matrix)
        {
            string label = product.Matrix.Primed ? name + "'" : name;
            string what = product.Matrix.Primed ? "a state" : symbol.Describe;
            diagnostics.Error(
                product.Matrix.Span, $"`{label}` is {what}, and stands before a value without a sign", "a matrix (capital letter)",
                product.Operand is NameExpression or NumberExpression
                    ? $"for an elementwise product write `{label} * {diagnostics.Source[product.Operand.Span]}`" : $"for an elementwise product write `{label} * …`");
            return null;
        }

        if (Of(product.Operand) is not ValueShape operand)
            return null;
        if (operand.Size is not SizeTerm size)
        {
            diagnostics.Error(
                product.Operand.Span, $"the matrix `{name}` stands before a number", "a vector", "a matrix is not scaled: scale the product, `2 * W h`");
            return null;
        }

        Equal(symbol.Columns, size, product.Operand.Span, (left, right) => new SizeComplaint(
            $"`{name}` has {left} columns, but stands before a vector of size {right}", $"a vector of size {left}",
            symbol.Declared ? $"change the declaration: `matrix {name}[n, {right}]`" : $"a name is one matrix everywhere; use another name here"));
        return new ValueShape(symbol.Rows);
    }

    private ValueShape? OfChain(ChainExpression chain)
    {
        ValueShape? result = Of(chain.Operands[0]);
        bool failed = result is null;
        for (int i = 0; i < chain.Operators.Count; i++)
        {
            ValueShape? next = Of(chain.Operands[i + 1]);
            Token sign = chain.Operators[i];
            if (sign.Kind == TokenKind.Slash && chain.Operands[i + 1] is NumberExpression { Value: 0 } zero)
                diagnostics.Error(zero.Span, "division by zero", "another number");
            if (next is null || failed)
                failed = true;
            else
                result = Join(result!.Value, next.Value, sign.Span, diagnostics.Source[sign.Span]);
        }

        return failed ? null : result;
    }

    /// <summary>The shape of two values taken element by element.</summary>
    private ValueShape Join(ValueShape left, ValueShape right, TextSpan span, string sign)
    {
        if (left.Size is not SizeTerm a)
            return right;
        if (right.Size is not SizeTerm b)
            return left;
        Equal(a, b, span, (l, r) => new SizeComplaint(
            $"`{sign}` between vectors of sizes {l} and {r}", "two vectors of one size, or a number",
            $"a matrix brings one to the other's size: `W v` with W [{l}, {r}]"));
        return left;
    }

    private ValueShape? OfConcat(ConcatExpression concat)
    {
        SizeTerm sum = SizeTerm.Zero;
        bool failed = false;
        foreach (Expression part in concat.Parts)
        {
            ValueShape? shape = Of(part);
            if (shape is { IsNumber: true })
                diagnostics.Error(part.Span, "a number among vectors", "a vector", "a declared `vector v[1]` holds one trained number");
            if (shape?.Size is SizeTerm size)
                sum = sum.Plus(size.Resolved());
            else
                failed = true;
        }

        if (!failed && sum.IsTooLarge)
        {
            diagnostics.Error(concat.Span, "a vector beyond all bounds", $"sizes below {SizeTerm.Limit}");
            return null;
        }

        return failed ? null : new ValueShape(sum);
    }

    private ValueShape? OfCall(CallExpression call)
    {
        Function function = call.Function;
        var shapes = new ValueShape[function.Values];
        bool failed = false;
        for (int i = 0; i < function.Values; i++)
        {
            ValueShape? shape = Of(call.Arguments[i]);
            failed |= shape is null;
            shapes[i] = shape.GetValueOrDefault();
        }

        Numbers.Check(call, symbols, diagnostics);
        if (failed)
            return null;
        if (function.Kind is FunctionKind.Across or FunctionKind.Reduction)
        {
            for (int i = 0; i < shapes.Length; i++)
            {
                if (!shapes[i].IsNumber)
                    continue;
                diagnostics.Error(call.Arguments[i].Span, $"`{function.Name}` of a number", "a vector: it works across all elements");
                return null;
            }
        }

        ValueShape result = shapes.Length == 1 ? shapes[0] : Join(shapes[0], shapes[1], call.NameSpan, function.Name);
        return function.Kind == FunctionKind.Reduction ? ValueShape.Number : result;
    }

    private void Equal(SizeTerm left, SizeTerm right, TextSpan span, Func<string, string, SizeComplaint> complain) =>
        solver.Require(new SizeConstraint(left, right, span, complain));
}
