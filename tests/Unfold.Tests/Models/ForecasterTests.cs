using Unfold.Cells;
using Unfold.Data.Forecasting;
using Unfold.Formats.Safetensors;
using Unfold.Layers;
using Unfold.Models;
using Unfold.Testing;
using Unfold.Training;

namespace Unfold.Tests.Models;

public sealed class ForecasterTests : IDisposable
{
    private static readonly ForecasterOptions Small = new()
    {
        Layer = new RecurrentOptions(Cell.Named("gru")) { Hidden = 16 },
        LookBack = 12,
        Horizon = 6,
        Segment = 3,
        Epochs = 8,
        Batch = 16,
        LearningRate = 0.01f,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-forecast-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false, WindowView.FromLast)]
    [InlineData(true, WindowView.AsIs)]
    [InlineData(false, WindowView.Standardized)]
    public void Waves_are_learned_and_beat_persistence(bool joint, WindowView view)
    {
        ForecasterOptions options = Small with { Joint = joint, View = view, Epochs = 15 };
        Forecaster model = Forecaster.Train(Waves(400), options);
        IReadOnlyList<ForecastEvaluation> baselines = Forecaster.Baselines(Waves(400), options, 16);
        Assert.Equal(["persistence", "seasonal naive (16)", "linear"], baselines.Select(each => each.Name));
        Assert.Equal(baselines[0].Windows, model.Measured!.Windows);
        Assert.True(model.Measured.SquaredError < 0.1 * baselines[0].SquaredError, $"{model.Measured.SquaredError} beside {baselines[0].SquaredError}");
        Assert.Equal(model.Measured.SquaredError, model.Report.Final["test_mse"]);
    }

    [Fact]
    public void Forecasts_are_those_that_are_measured()
    {
        TimeSeries series = Waves(200);
        Forecaster model = Forecaster.Train(series, Small with { View = WindowView.Standardized });
        ForecastEvaluation found = model.Evaluate(new TimeSeries(series.Names, series.Values[..(18 * 2)].ToArray()));
        Forecast forecast = model.Predict(series.Values[..(12 * 2)]);
        Assert.Equal(1, found.Windows);
        for (int c = 0; c < 2; c++)
        {
            double squares = Enumerable.Range(0, 6).Average(h => Math.Pow(forecast.Points[(h * 2) + c] - series.Values[((12 + h) * 2) + c], 2));
            Assert.Equal(found.RootSquaredErrors[c], Math.Sqrt(squares), 1e-4);
        }
    }

    [Fact]
    public void Quantiles_rise_and_hold_the_share_they_say()
    {
        // Noise alone, uniform within ±1: its quantiles are known.
        float[] noise = [.. Enumerable.Range(0, 3000).Select(i => (float)((2 * new Random(i).NextDouble()) - 1))];
        TimeSeries series = new(["noise"], noise);
        Forecaster model = Forecaster.Train(series, Small with { View = WindowView.AsIs, Quantiles = [0.1f, 0.5f, 0.9f], Segment = 1, LookBack = 4, Horizon = 2, Epochs = 4 });
        Assert.Equal(3, model.Measured!.Below.Count);
        for (int q = 0; q < 3; q++)
            Assert.Equal(model.Options.Quantiles[q], model.Measured.Below[q], 0.06);
        Forecast forecast = model.Predict(noise.AsSpan(0, 10));
        Assert.Equal(6, forecast.Values.Length);
        Assert.True(forecast.Values[0] < forecast.Values[1] && forecast.Values[1] < forecast.Values[2]);
        Assert.Equal(forecast.Values[1], forecast.Points[0]);
        Assert.Equal(model.Report.Final["test_pinball"], model.Measured.Pinball!.Value);
    }

    [Fact]
    public void A_file_holds_everything()
    {
        TimeSeries series = Waves(200);
        Forecaster model = Forecaster.Train(series, Small with { Epochs = 1, Quantiles = [0.25f, 0.75f] });
        model.Save(At("a"));
        Forecaster loaded = Forecaster.Load(At("a"));
        loaded.Save(At("b"));
        Assert.Equal(File.ReadAllBytes(At("a")), File.ReadAllBytes(At("b")));
        Assert.Equal(model.Predict(series.Values).Values, loaded.Predict(series.Values).Values);
        Assert.Contains("looks back on 12 steps and forecasts 6, 3 at once", loaded.Describe());
        File.WriteAllBytes(At("c"), File.ReadAllBytes(At("a"))[..^10]);
        Assert.Throws<ModelFileException>(() => Forecaster.Load(At("c")));
        Assert.Contains("task 'forecast'", Assert.Throws<ModelFileException>(() => SequenceClassifier.Load(At("a"))).Message);
    }

    [Theory]
    [InlineData("task", "text", "it is a model for the task 'text'")]
    [InlineData("options", "[]", "its options cannot be read")]
    [InlineData("options", """{"horizon":0}""", "Horizon")]
    [InlineData("series", "{}", "the description of its series cannot be read")]
    [InlineData("series", """{"variables":["a"],"mean":[0],"deviation":[0]}""", "its normalisation does not fit its variables")]
    [InlineData("series", """{"variables":[],"mean":[],"deviation":[]}""", "it has 0 variables")]
    [InlineData("cell", "h' = ", "its cell's equations are wrong")]
    [InlineData("encoder", """{"layer":"recurrent","hidden":4000,"layers":2,"dropout":0,"skip_connections":false,"bidirectional":false,"merge":"Sum"}""", "its layers ask for")]
    [InlineData("report", "[", "is not a usable forecaster")]
    public void An_inconsistent_file_is_refused_with_the_reason(string key, string value, string reason)
    {
        Forecaster.Train(Waves(200), Small with { Epochs = 1 }).Save(At("a"));
        ModelFiles.ChangeMetadata(At("a"), key, value);
        Assert.Contains(reason, Assert.Throws<ModelFileException>(() => Forecaster.Load(At("a"))).Message);
    }

    [Fact]
    public void A_layer_that_PyTorch_has_too_stands_in_the_file_under_its_names()
    {
        TimeSeries series = Waves(200);
        Forecaster model = Forecaster.Train(series, Small with { Epochs = 1, Layer = new RecurrentOptions(Cell.Named("lstm")) { Hidden = 6 } });
        model.Save(At("a"));
        using (SafetensorsFile file = SafetensorsFile.Open(At("a")))
            Assert.Contains("layer.weight_ih_l0", file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(model.Predict(series.Values).Points, Forecaster.Load(At("a")).Predict(series.Values).Points);
    }

    [Fact]
    public void A_resumed_run_ends_bit_for_bit_as_an_uninterrupted_one()
    {
        TimeSeries series = Waves(200);
        ForecasterOptions options = Small with { Epochs = 3, OutputDropout = 0.2f };
        Forecaster whole = Forecaster.Train(series, options);
        using CancellationTokenSource source = new();
        Assert.Throws<OperationCanceledException>(() => Forecaster.Train(series, options with { CheckpointPath = At("k") }, new StopAfter(source, 12), source.Token));
        Forecaster resumed = Forecaster.Train(series, Forecaster.ReadCheckpointOptions(At("k")));
        Assert.Equal(whole.Predict(series.Values).Points, resumed.Predict(series.Values).Points);
        Assert.Throws<OptionException>(() => Forecaster.Train(series, Forecaster.ReadCheckpointOptions(At("k")) with { Horizon = 3 }));
        Assert.Contains("another series", Assert.Throws<ModelFileException>(() => Forecaster.Train(Waves(201), Forecaster.ReadCheckpointOptions(At("k")))).Message);
    }

    [Fact]
    public void Pictures_are_drawn()
    {
        TimeSeries series = new(["a<b", "c"], Waves(100).Values.ToArray());
        Forecaster.Train(series, Small with { Epochs = 1, Quantiles = [0.1f, 0.5f, 0.9f] }).SavePicture(series, At("p.svg"));
        System.Xml.Linq.XDocument picture = System.Xml.Linq.XDocument.Load(At("p.svg"));
        Assert.Equal("svg", picture.Root!.Name.LocalName);
        Assert.Contains("a<b", picture.Root.Value);
        Assert.Contains(picture.Descendants(), element => element.Name.LocalName == "polyline" && element.Attribute("points")!.Value.Split(' ').Length > 80);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Contains("too short", Assert.Throws<InputException>(() => Forecaster.Train(Waves(20), Small)).Message);
        Assert.Contains("divisor", Assert.Throws<OptionException>(() => Forecaster.Train(Waves(200), Small with { Segment = 4 })).Message);
        Assert.Contains("together", Assert.Throws<OptionException>(() => Forecaster.Train(Waves(200), Small with { TestPart = 0.5 })).Message);
        Assert.Contains("rising", Assert.Throws<OptionException>(() => Forecaster.Train(Waves(200), Small with { Quantiles = [0.5f, 0.1f] })).Message);
        Forecaster model = Forecaster.Train(Waves(200), Small with { Epochs = 1 });
        Assert.Contains("looks back on 12 steps", Assert.Throws<InputException>(() => model.Predict(new float[4])).Message);
        Assert.Contains("'one'", Assert.Throws<InputException>(() => model.Evaluate(new TimeSeries(["one"], new float[100]))).Message);
    }

    // Published for a look-back of 96: DLinear 0.386 (Liu et al. 2024, table 10).
    [DataFact("ett-h1")]
    public void The_linear_layer_reaches_the_published_error_on_the_transformer_data()
    {
        TimeSeries series = TimeSeries.Load(DataSet.Path("ett-h1/ETTh1.csv"));
        ForecasterOptions options = new() { LookBack = 96, Horizon = 96, TrainingPart = 8640, ValidationPart = 2880, TestPart = 2880 };
        ForecastEvaluation linear = Forecaster.Baselines(series, options)[^1];
        Assert.Equal(2785, linear.Windows);
        Assert.Equal(0.386, linear.SquaredError, 0.010);
    }

    /// <summary>Two variables of one period, of other size and phase.</summary>
    private static TimeSeries Waves(int steps) => new(["a", "b"], [.. Enumerable.Range(0, 2 * steps).Select(i => i % 2 == 0 ? MathF.Sin(i / 2 * MathF.PI / 8) : 5 + (3 * MathF.Cos(i / 2 * MathF.PI / 8)))]);

    private string At(string name) => Path.Combine(_folder, name);

    private sealed class StopAfter(CancellationTokenSource source, long step) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step >= step)
                source.Cancel();
        }
    }
}
