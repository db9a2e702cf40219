namespace Unfold.Onnx.Import;

/// <summary>Sums of products in Einstein's notation: <c>ij,jk->ik</c>; an ellipsis stands for axes in front that fit each other.</summary>
internal static class EinsumOperator
{
    // What a run may multiply for one operator.
    private const long MostProducts = 1L << 31;

    public static OnnxTensor[] Run(OperatorCall call)
    {
        OnnxTensor[] operands = [.. Enumerable.Range(0, call.Count).Select(i => call[i])];
        (string[] inputs, string output) = Parse(call.Node.Text("equation", ""), operands);
        Dictionary<char, int> sizes = [];
        for (int i = 0; i < operands.Length; i++)
        {
            for (int axis = 0; axis < inputs[i].Length; axis++)
            {
                int size = operands[i].Sizes[axis], known = sizes.GetValueOrDefault(inputs[i][axis], 1);
                sizes[inputs[i][axis]] = known == size || size == 1 ? known : known == 1 ? size : throw new FormatException($"'{inputs[i][axis]}' is both {known} and {size} long");
            }
        }

        string summed = string.Concat(sizes.Keys.Where(letter => !output.Contains(letter)).Order());
        int[] shape = ShapeOperators.Checked([.. output.Select(letter => sizes.TryGetValue(letter, out int size) ? size : throw new FormatException($"the result's '{letter}' is in no operand"))]);
        int[] inner = [.. summed.Select(letter => sizes[letter])];
        int length = Broadcasting.Length(shape), terms = Broadcasting.Length(inner);
        if ((long)length * terms * operands.Length > MostProducts)
            throw new FormatException($"{(long)length * terms:N0} products of {operands.Length} numbers are more than can be right");
        int[][] places = [.. operands.Select((operand, i) => Broadcasting.Walk(shape, Steps(operand, inputs[i], output), length))];
        int[][] offsets = [.. operands.Select((operand, i) => Broadcasting.Walk(inner, Steps(operand, inputs[i], summed), terms))];
        float[][] values = [.. operands.Select(operand => operand.Real.Values.ToArray())];
        float[] result = new float[length];
        for (int o = 0; o < length; o++)
        {
            double sum = 0;
            for (int t = 0; t < terms; t++)
            {
                double product = 1;
                for (int i = 0; i < values.Length; i++)
                    product *= values[i][places[i][o] + offsets[i][t]];
                sum += product;
            }

            result[o] = (float)sum;
        }

        return [new OnnxTensor(shape, result)];
    }

    /// <summary>How far each letter goes in an operand; a letter that stands twice goes along the diagonal.</summary>
    private static int[] Steps(OnnxTensor operand, string letters, string order)
    {
        int[] own = ShapeOperators.Steps(operand.Sizes);
        return [.. order.Select(letter => Enumerable.Range(0, letters.Length).Where(axis => letters[axis] == letter && operand.Sizes[axis] > 1).Sum(axis => own[axis]))];
    }

    /// <summary>A letter for each axis of each operand and of the result; those of an ellipsis are digits, counted from the last.</summary>
    private static (string[] Inputs, string Output) Parse(string equation, OnnxTensor[] operands)
    {
        string[] sides = equation.Replace(" ", "", StringComparison.Ordinal).Split("->");
        string[] inputs = sides[0].Split(',');
        if (sides.Length > 2 || inputs.Length != operands.Length || sides.Any(side => side.Replace("...", "", StringComparison.Ordinal).Any(letter => !char.IsAsciiLetter(letter) && letter != ',')))
            throw new FormatException($"'{equation}' is no equation for {operands.Length} operands");
        int most = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            int rank = operands[i].Sizes.Length, open = rank - inputs[i].Replace("...", "", StringComparison.Ordinal).Length;
            if (open < 0 || (open > 0 && !inputs[i].Contains("...", StringComparison.Ordinal)))
                throw new FormatException($"'{inputs[i]}' does not fit the shape [{string.Join(", ", operands[i].Sizes)}]");
            inputs[i] = inputs[i].Replace("...", Digits(open), StringComparison.Ordinal);
            most = Math.Max(most, open);
        }

        // Without a right side, the result has the letters that stand once, in their order.
        string once = string.Concat(string.Concat(inputs).GroupBy(letter => letter).Where(group => group.Count() == 1 && char.IsAsciiLetter(group.Key)).Select(group => group.Key).Order());
        string output = sides.Length == 2 ? sides[1].Replace("...", Digits(most), StringComparison.Ordinal) : Digits(most) + once;
        return output.Distinct().Count() == output.Length ? (inputs, output) : throw new FormatException($"the result of '{equation}' has a letter twice");
    }

    private static string Digits(int count) => string.Concat(Enumerable.Range(0, count).Select(i => (char)('0' + count - 1 - i)));
}
