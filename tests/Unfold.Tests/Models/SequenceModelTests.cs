using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Data.Synthetic;
using Unfold.Layers;
using Unfold.Models;
using Unfold.Tensors;

namespace Unfold.Tests.Models;

public sealed class SequenceModelTests
{
    private static readonly SequenceModelOptions Small = new() { Batch = 32, Epochs = 12, Steps = 50, ValidationSequences = 128, LearningRate = 0.01f, Seed = 2 };

    public static TheoryData<SequenceProblem, SequenceLayerOptions> Tasks => new()
    {
        { new AddingProblem(12), new RecurrentOptions(Cell.Named("gru")) { Hidden = 24 } },
        { new AddingProblem(12), new TemporalConvolutionalOptions { Channels = 16, Levels = 3, Kernel = 3 } },
        { new LatchProblem(30), new RecurrentOptions(Cell.Named("lstm_chrono")) { Hidden = 12 } },
        { new LatchProblem(30), new TemporalConvolutionalOptions { Channels = 10, Levels = 4, Kernel = 3 } },
        { new CopyProblem(10), new TemporalConvolutionalOptions { Channels = 16, Levels = 4, Kernel = 4 } },
    };

    [Theory]
    [MemberData(nameof(Tasks))]
    public void A_small_version_of_each_problem_is_learned(SequenceProblem problem, SequenceLayerOptions layer)
    {
        SequenceModel model = SequenceModel.Train(problem, Small with { Layer = layer, Until = problem.BaselineLoss / 20 });
        Assert.True(model.Report.Final["validation_loss"] < problem.BaselineLoss / 10, model.Report.ToJson());
        Assert.Equal(problem.Answer != SequenceAnswer.Number, model.Report.Final.ContainsKey("accuracy"));
    }

    [Theory]
    [InlineData("conv 3x3x3 8, relu, pool 1x2x2, flatten, linear 32, relu")]
    [InlineData("conv 1x3x3 8, relu, pool 1x2x2, flatten steps, recurrent 32 gru last")]
    public void Lists_of_layers_see_which_way_a_shape_moves(string layers)
    {
        SequenceModel model = SequenceModel.Train(new MotionProblem(6), Small with { Layers = layers, LearningRate = 0.004f, Until = 0.2 });
        Assert.True(model.Report.Final["accuracy"] > 0.9, model.Report.ToJson());
        Assert.Null(model.Layer);
        Assert.Equal(new Shape(4), model.Plan!.Output);
    }

    [Fact]
    public void A_list_of_layers_reads_steps_as_time_and_answers_once()
    {
        LatchProblem problem = new(6);
        SequenceModelOptions options = Small with { Layers = "conv 3 4, relu, flatten", Epochs = 1, Steps = 1 };
        SequenceBatch batch = new(problem, 3);
        Assert.Equal(new Shape(3, 2), SequenceModel.Train(problem, options).Forward(Tape.ForInference(), batch.Inputs).Shape);
        Assert.Equal("Layers", Assert.Throws<OptionException>(() => SequenceModel.Train(new CopyProblem(6), options)).Option);
    }

    [Fact]
    public void It_ends_where_it_is_told_to_and_the_same_seed_gives_the_same_model()
    {
        SequenceModelOptions options = Small with { Layer = new RecurrentOptions(Cell.Named("gru")) { Hidden = 8 }, Epochs = 3, Steps = 4, Until = 1e6 };
        SequenceModel first = SequenceModel.Train(new LatchProblem(5), options), second = SequenceModel.Train(new LatchProblem(5), options);
        Assert.Equal((1, "latch"), (first.Report.Epochs.Count, first.Report.Task));
        Assert.Equal(first.Report.Final, second.Report.Final);
        Assert.Equal(3, SequenceModel.Train(new LatchProblem(5), options with { Until = null }).Report.Epochs.Count);
        Assert.Throws<OptionException>(() => SequenceModel.Train(new LatchProblem(5), options with { Steps = 0 }));
    }

    [Fact]
    public void Answers_come_after_the_last_step_or_after_each()
    {
        SequenceModelOptions options = Small with { Layer = new TemporalConvolutionalOptions { Channels = 4, Levels = 2, Kernel = 2 }, Epochs = 1, Steps = 1 };
        foreach ((SequenceProblem problem, int[] shape) in new (SequenceProblem, int[])[] { (new AddingProblem(6), [3, 1]), (new LatchProblem(6), [3, 2]), (new CopyProblem(6), [26, 3, 10]) })
        {
            SequenceModel model = SequenceModel.Train(problem, options);
            SequenceBatch batch = new(problem, 3);
            problem.Fill(batch, 1, 0);
            Assert.Equal(new Shape(shape), model.Forward(Tape.ForInference(), batch.Inputs).Shape);
        }
    }
}
