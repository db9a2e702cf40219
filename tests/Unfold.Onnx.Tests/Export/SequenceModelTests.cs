using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Data.Synthetic;
using Unfold.Layers;
using Unfold.Models;
using Unfold.Onnx.Tests.Runtime;
using Unfold.Tensors;

namespace Unfold.Onnx.Tests.Export;

/// <summary>Models of synthetic problems give in ONNX Runtime what they give here, after the last step or after each.</summary>
public sealed class SequenceModelTests
{
    [RuntimeTheory]
    [InlineData("adding", null)]
    [InlineData("copy", null)]
    [InlineData("latch", "recurrent 5 mgu last")]
    [InlineData("motion", "conv 2x3x3 3, relu, global max")]
    public void AModelGivesTheSameNumbers(string problem, string? layers)
    {
        using TemporaryFile file = new();
        SequenceProblem asked = problem switch { "adding" => new AddingProblem(6), "copy" => new CopyProblem(3), "latch" => new LatchProblem(7), _ => new MotionProblem(4) };
        SequenceModel model = SequenceModel.Train(asked, new SequenceModelOptions { Layer = new RecurrentOptions(Cell.Named("lstm")) { Hidden = 6 }, Layers = layers, Steps = 3, ValidationSequences = 4 });
        OnnxExport.Save(model, file.Path);
        foreach (int batch in new[] { 1, 3 })
        {
            Tensor x = Filling.Tensor(2, asked.Steps, batch, asked.InputSize), y = model.Forward(Tape.ForInference(), x);
            int[] shape = new int[y.Shape.Rank];
            y.Shape.CopyTo(shape);
            OnnxRuntime.Run(file.Path, ("x", Value.Of([asked.Steps, batch, asked.InputSize], x.Values)))["y"].AssertNear("y", shape, y.Values);
        }
    }
}
