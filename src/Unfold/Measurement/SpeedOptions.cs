using Unfold.Cells;

namespace Unfold.Measurement;

/// <summary>Which layers <see cref="SpeedReport.Measure"/> runs.</summary>
public sealed record SpeedOptions
{
    private readonly IReadOnlyList<Cell>? _cells; // null stands for the default, which is read when somebody wants to see it

    /// <summary>The cells. Default: lstm, gru and rnn of the library.</summary>
    public IReadOnlyList<Cell> Cells
    {
        get => _cells ?? [Cell.Named("lstm"), Cell.Named("gru"), Cell.Named("rnn")];
        init => _cells = value;
    }

    /// <summary>The sizes. Default: 100 steps of 64 sequences, 128 features, 256 units.</summary>
    public LayerSize Size { get; init; } = new(100, 64, 128, 256);

    /// <summary>For how many seconds each layer is timed, after as long a warm-up of at most 0.4 seconds. Default: 1.2.</summary>
    public double Seconds { get; init; } = 1.2;
}
