using System.Text.Json.Serialization;
using Unfold.Layers;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>What a forecaster learns to make small.</summary>
public enum ForecastLoss
{
    /// <summary>The mean squared error: forecasts are means.</summary>
    Squared,

    /// <summary>The mean absolute error: forecasts are medians, and outliers do not rule.</summary>
    Absolute,
}

/// <summary>From where a forecaster sees what it looks back on.</summary>
public enum WindowView
{
    /// <summary>As it is, on the scale of the training part.</summary>
    AsIs,

    /// <summary>From its last value, which is taken from the window and added to the forecast: what drifts does no harm.</summary>
    FromLast,

    /// <summary>From its mean and in its deviations, as in Kim et al. 2022: what drifts or grows does no harm.</summary>
    Standardized,
}

/// <summary>What a forecaster is made of and how it is trained.</summary>
public sealed record ForecasterOptions : TrainingOptions
{
    /// <summary>The defaults: a GRU of 128 units, batches of 32 windows, Adam at 0.002 falling as half a cosine, 20 epochs.</summary>
    public ForecasterOptions()
    {
        Epochs = 20;
        LearningRate = 0.002f;
    }

    /// <summary>The layer that reads the window and, in the same run, what stands for the steps to be forecast.</summary>
    [JsonIgnore]
    public SequenceLayerOptions Layer { get; init; } = new RecurrentOptions(Cells.Cell.Named("gru"));

    /// <summary>H, how many steps are forecast; 1 to 10,000; default 12.</summary>
    public int Horizon { get; init; } = 12;

    /// <summary>L, on how many steps a forecast looks back; 1 to 10,000; default 48.</summary>
    public int LookBack { get; init; } = 48;

    /// <summary>
    /// How many steps are read and written at once, as in SegRNN (Lin et al. 2023): a divisor of <see cref="LookBack"/> and of <see cref="Horizon"/>; default 1. Longer segments make the layer's way short.
    /// </summary>
    public int Segment { get; init; } = 1;

    /// <summary>Whether all variables are read and forecast together; default false: each alone, by the same weights and a vector of its own that tells which it is.</summary>
    public bool Joint { get; init; }

    /// <summary>From where a window is seen; default its last value.</summary>
    public WindowView View { get; init; } = WindowView.FromLast;

    /// <summary>The size of a segment's vector; 2 to 65536; null (default) for the layer's output size where that can be, else 64.</summary>
    public int? Embedding { get; init; }

    /// <summary>The probability with which an output of the layer is zero in training before it becomes a forecast; from 0, the default, to below 1.</summary>
    public float OutputDropout { get; init; }

    /// <summary>What is made small where there are no quantiles; default the squared error.</summary>
    public ForecastLoss Loss { get; init; }

    /// <summary>The quantiles to forecast beside each other, rising, each above 0 and below 1; empty (default) for point forecasts alone. The middle one is the point forecast.</summary>
    public IReadOnlyList<float> Quantiles { get; init; } = [];

    /// <summary>The first part of the series, to train on: a share of the steps where it is at most 1, else a number of steps; above 0; default 0.7.</summary>
    public double TrainingPart { get; init; } = 0.7;

    /// <summary>The part behind it, measured after each epoch: a share or a number; 0 for none; default 0.1.</summary>
    public double ValidationPart { get; init; } = 0.1;

    /// <summary>The part behind that, measured at the end: a share or a number; 0 for none; default 0.2.</summary>
    public double TestPart { get; init; } = 0.2;

    /// <summary>The numbers of one step of a window's segment that stand in one row.</summary>
    internal int QuantileCount => Math.Max(1, Quantiles.Count);

    /// <inheritdoc/>
    internal override void Check()
    {
        base.Check();
        Require(Layer is not null, nameof(Layer), "the options of a layer", "missing");
        Require(Horizon is >= 1 and <= 10_000, nameof(Horizon), "a whole number from 1 to 10,000", Horizon);
        Require(LookBack is >= 1 and <= 10_000, nameof(LookBack), "a whole number from 1 to 10,000", LookBack);
        Require(Segment >= 1 && LookBack % Segment == 0 && Horizon % Segment == 0, nameof(Segment), $"a divisor of LookBack {LookBack} and of Horizon {Horizon}", Segment);
        Require(Enum.IsDefined(View), nameof(View), "one of those that there are", View);
        Require(Embedding is null or (>= 2 and <= 1 << 16), nameof(Embedding), "a whole number from 2 to 65536", Embedding);
        Require(OutputDropout is >= 0 and < 1, nameof(OutputDropout), "a number from 0 to below 1", OutputDropout);
        Require(Enum.IsDefined(Loss), nameof(Loss), "one of those that there are", Loss);
        Require(Quantiles is not null && Quantiles.Count <= 100 && Quantiles.All(q => q > 0 && q < 1) && Quantiles.Zip(Quantiles.Skip(1)).All(pair => pair.First < pair.Second),
            nameof(Quantiles), "rising numbers above 0 and below 1", Quantiles is null ? "nothing" : string.Join(' ', Quantiles));
        Require(TrainingPart > 0 && double.IsFinite(TrainingPart), nameof(TrainingPart), "a number above 0", TrainingPart);
        Require(ValidationPart >= 0 && double.IsFinite(ValidationPart), nameof(ValidationPart), "a number of at least 0", ValidationPart);
        Require(TestPart >= 0 && double.IsFinite(TestPart), nameof(TestPart), "a number of at least 0", TestPart);
    }
}
