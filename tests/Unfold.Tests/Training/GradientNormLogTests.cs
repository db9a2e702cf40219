using Unfold.Autodiff;
using Unfold.Kernels.Threading;
using Unfold.Tensors;
using Unfold.Training;

namespace Unfold.Tests.Training;

[Collection(nameof(Team))] // runs alone: nobody else has the team while allocations are counted
public sealed class GradientNormLogTests : IDisposable
{
    private static readonly TrainerOptions Options = new() { Epochs = 4, Seed = 3 };

    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-norms-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "norms.csv");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Each_step_is_a_row_and_each_layer_a_column()
    {
        Norms expected = new();
        new Trainer(new LineTask(), Options with { GradientNorms = Path, Callbacks = [expected] }).Run();
        string[] lines = File.ReadAllLines(Path);
        Assert.Equal("step,hidden,output,all", lines[0]);
        Assert.Equal(Enumerable.Range(1, 20), lines[1..].Select(line => int.Parse(line.Split(',')[0])));
        double[][] values = [.. lines[1..].Select(line => line.Split(',')[1..].Select(double.Parse).ToArray())];
        for (int step = 0; step < 20; step++)
        {
            for (int i = 0; i < 3; i++)
                Assert.Equal(expected.Rows[step][i], values[step][i], 1e-5 * expected.Rows[step][i]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_resumed_run_goes_on_with_its_file(int interval)
    {
        TrainerOptions options = Options with { GradientNorms = Path, GradientNormsInterval = interval };
        new Trainer(new LineTask(), options).Run();
        string whole = File.ReadAllText(Path);
        Assert.Equal(20 / interval, whole.TrimEnd().Split('\n').Length - 1);

        string checkpoint = System.IO.Path.Combine(_folder, "checkpoint");
        using CancellationTokenSource source = new();
        TrainerOptions interrupted = options with { CheckpointPath = checkpoint, Callbacks = [new Canceller(source)] };
        Assert.Throws<OperationCanceledException>(() => new Trainer(new LineTask(), interrupted).Run(source.Token));
        File.AppendAllText(Path, "19,1,1,1\n20,1,"); // as if the run had gone on after the checkpoint, and was cut short in the midst of a row
        new Trainer(new LineTask(), options with { ResumePath = checkpoint }).Run();
        Assert.Equal(whole, File.ReadAllText(Path));
    }

    [Fact]
    public void Names_with_commas_are_quoted_and_fixed_parameters_left_out()
    {
        ParameterSet parameters = new();
        parameters.Add("a,b.weight", new Shape(1), Initializer.Zeros);
        parameters.Add("fixed.weight", new Shape(1), Initializer.Zeros, trained: false);
        parameters.Allocate(1);
        using (new GradientNormLog(Path, 1, parameters, 0))
        {
        }

        Assert.Equal("step,\"a,b\",all\n", File.ReadAllText(Path));
        Assert.Throws<ModelFileException>(() => new GradientNormLog(_folder, 1, parameters, 0));
        Assert.Equal("GradientNormsInterval", Assert.Throws<OptionException>(() => new Trainer(new LineTask(), Options with { GradientNormsInterval = 0 })).Option);
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        StepAllocations watch = new();
        new Trainer(new LineTask(), Options with { GradientNorms = Path, Callbacks = [new Allocations(watch)] }).Run();
        watch.AssertNone();
    }

    private sealed class Norms : TrainingCallback
    {
        public List<double[]> Rows { get; } = [];

        public override void AfterStep(Trainer trainer) =>
            Rows.Add([Of(trainer, "hidden"), Of(trainer, "output"), trainer.Progress.GradientNorm]);

        private static double Of(Trainer trainer, string layer) => Math.Sqrt(trainer.Task.Parameters.All
            .Where(parameter => parameter.Name.StartsWith(layer + ".")).SelectMany(parameter => parameter.Gradient.Values.ToArray()).Sum(value => (double)value * value));
    }

    private sealed class Canceller(CancellationTokenSource source) : TrainingCallback
    {
        public override void AfterStep(Trainer trainer)
        {
            if (trainer.Progress.Step == 8)
                source.Cancel();
        }
    }

    private sealed class Allocations(StepAllocations watch) : TrainingCallback
    {
        public override void BeforeStep(Trainer trainer)
        {
            if (trainer.Progress.Step > 5)
                watch.Begin();
        }

        public override void AfterStep(Trainer trainer) => watch.End();
    }
}
