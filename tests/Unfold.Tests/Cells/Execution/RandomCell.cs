namespace Unfold.Tests.Cells.Execution;

/// <summary>Cells that nobody would write, with parameters in every place and sums that many share: whatever leaves the loop, is kept, or is made once a run.</summary>
internal sealed class RandomCell
{
    private readonly System.Random _random;
    private readonly bool _multipliesStates;
    private int _matrices;

    private RandomCell(System.Random random)
    {
        _random = random;
        _multipliesStates = random.Next(4) > 0;
    }

    /// <summary>The text of the next cell; one in four has no matrix for a state.</summary>
    public static string Next(System.Random random) => new RandomCell(random).Text(random.Next(1, 4));

    private string Text(int depth) =>
        $"scalar s\na = W x + {(_multipliesStates ? "U h" : "v * h")}\nb = Y x\nc' = tanh({Vector(depth)}) * c + 0.2 * {Vector(1)} + 0.1 * tanh(b)\n"
        + $"h' = tanh({Vector(depth)} + a) + 0.5 * {Vector(depth)} * tanh(c')\n" + (_random.Next(2) == 0 ? $"output = {Vector(2)} * h'\n" : "");

    private string Vector(int levels)
    {
        if (levels == 0)
            return _random.Next(7) switch { 0 => "h", 1 => "c", 2 => "u", 3 => "v", 4 => "a", 5 => "b", _ => Product("x") };
        string Next() => Vector(levels - 1);
        return _random.Next(12) switch
        {
            0 => $"tanh({Next()})",
            1 => $"sigmoid({Next()})",
            2 => _multipliesStates ? Product($"tanh({Next()})") : "tanh(h) * c",
            3 => $"{Number(levels - 1)} * tanh({Next()})",
            4 => $"norm({Next()} + {Product("x")})",
            5 => $"tanh({Next()}) * tanh({Next()})",
            6 => $"(1 - sigmoid({Next()})) * tanh({Next()})",
            7 => $"({Next()} - v * tanh({Next()}))",
            8 => "sigmoid(a + u) * tanh(a - v)",
            9 => "sigmoid(b - v) * tanh(b + u)",
            _ => $"({Next()} + {Next()})",
        };
    }

    private string Product(string of) => $"M{_matrices++} {of}";

    private string Number(int levels) => _random.Next(4) switch
    {
        0 => "sigmoid(s)",
        1 => $"mean(sigmoid({Vector(levels)}))",
        2 => $"tanh(sum(tanh({Vector(levels)}) * tanh({Vector(levels)})))",
        _ => "s",
    };
}
