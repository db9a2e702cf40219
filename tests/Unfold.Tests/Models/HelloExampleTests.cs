using Unfold.Models;

namespace Unfold.Tests.Models;

public sealed class HelloExampleTests
{
    [Fact]
    public void It_learns_to_write_hello()
    {
        HelloExample example = HelloExample.Train();
        Assert.Equal(["h", "e", "l", "o"], example.Vocabulary);
        Assert.Equal("ello", example.Written);
        Assert.Equal("hell", string.Concat(example.Before.Select(step => step.Input)));
        Assert.Equal("ello", string.Concat(example.After.Select(step => step.Target)));
        for (int t = 0; t < 4; t++)
        {
            int target = example.Vocabulary.ToList().IndexOf(example.After[t].Target);
            Assert.Equal(1, example.Before[t].Probabilities.Sum(), 6);
            Assert.InRange(example.After[t].Probabilities[target], 0.95, 1);
            Assert.True(example.Before[t].Probabilities[target] < 0.9);
        }

        Assert.Equal(200, example.Report.Epochs.Count);
        Assert.True(example.Report.Final["train_loss"] < 0.05);
    }

    [Fact]
    public void Options_out_of_range_are_refused() => Assert.Equal("Hidden", Assert.Throws<OptionException>(() => HelloExample.Train(hidden: 0)).Option);
}
