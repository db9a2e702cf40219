using Unfold.Autodiff;
using Unfold.Optimizers;
using Unfold.Tensors;

namespace Unfold.Tests.Optimizers;

public sealed class ParameterGroupTests
{
    [Theory]
    [InlineData("encoder.*: rate 0.1, decay 0.01, l1 1E-05, l2 0.0001")]
    [InlineData("*.bias: frozen")]
    [InlineData("decoder: decay 0")]
    [InlineData("a?c: rate 1")]
    public void A_group_is_read_as_it_is_written(string text) => Assert.Equal(text, ParameterGroup.Parse(text).ToString());

    [Fact]
    public void Blanks_do_not_matter()
    {
        ParameterGroup group = ParameterGroup.Parse(" rnn :rate   .5,l2 1e-3 ");
        Assert.Equal(new ParameterGroup { Pattern = "rnn", LearningRateFactor = 0.5f, L2 = 1e-3f }, group);
    }

    [Theory]
    [InlineData("encoder.*", "a colon")]
    [InlineData(": frozen", "begins with")]
    [InlineData("a:", "after its colon")]
    [InlineData("a: rate 1,", "after each comma")]
    [InlineData("a: rate", "takes one number, but got 'rate'")]
    [InlineData("a: rate 1 2", "takes one number, but got 'rate 1 2'")]
    [InlineData("a: rate -1", "at least 0, but got 'rate -1'")]
    [InlineData("a: decay x", "at least 0, but got 'decay x'")]
    [InlineData("a: speed 1", "knows rate, decay, l1, l2 and frozen, but got 'speed 1'")]
    [InlineData("a: l1 1, l1 2", "says l1 once")]
    [InlineData("a: frozen, rate 1", "nothing else")]
    [InlineData("a: frozen yes", "nothing after it")]
    public void Mistakes_are_explained(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => ParameterGroup.Parse(text)).Message);

    [Theory]
    [InlineData("rnn.l0.Wf", true)]
    [InlineData("rnn", true)]
    [InlineData("rnn.l0", true)]
    [InlineData("*.Wf", true)]
    [InlineData("rnn.l?.W*", true)]
    [InlineData("*", true)]
    [InlineData("rn", false)]
    [InlineData("l0", false)]
    [InlineData("RNN", false)]
    [InlineData("rnn.l0.Wf.x", false)]
    public void A_pattern_takes_a_name_or_its_layers(string pattern, bool takes) => Assert.Equal(takes, new ParameterGroup { Pattern = pattern }.Takes("rnn.l0.Wf"));

    [Fact]
    public void The_first_group_that_takes_a_parameter_has_it()
    {
        ParameterSet set = Make();
        new Sgd(1) { Groups = [ParameterGroup.Parse("a.bias: rate 0.5"), ParameterGroup.Parse("a: rate 0.25"), ParameterGroup.Parse("*: rate 2")] }.Step(set);
        Assert.Equal([0.75f, 0.5f, -1, -1], set.All.Where(parameter => parameter.Trained).Select(parameter => parameter.Value[0]));
        Assert.Equal(1, set["fixed"].Value[0]);
    }

    [Fact]
    public void Neighbours_of_one_group_are_one_range()
    {
        ParameterSet set = Make();
        Assert.Equal([(0, 32), (48, 32)], GroupedRanges.Resolve(set, []).Ranges);
        GroupedRanges ranges = GroupedRanges.Resolve(set, [ParameterGroup.Parse("b: rate 2")]);
        Assert.Equal([(0, 32), (48, 32)], ranges.Ranges);
        Assert.Equal([null, "b: rate 2"], ranges.Groups.Select(group => group?.ToString()));
        Assert.Equal([(0, 16), (16, 16), (48, 16), (64, 16)], GroupedRanges.Resolve(set, [ParameterGroup.Parse("*.bias: rate 2")]).Ranges);
    }

    [Fact]
    public void What_is_frozen_has_no_gradient_and_does_not_count()
    {
        ParameterSet set = Make();
        Sgd optimizer = new(0.5f) { L2 = 1, Groups = [ParameterGroup.Parse("a: frozen")] };
        optimizer.Prepare(set);
        Assert.Equal([(48, 32)], set.TrainedRanges);
        Assert.Equal([true, true, false, false, false], set.All.Select(parameter => parameter.Frozen));
        optimizer.Step(set);
        Assert.Equal([1, 1, 1, 0, 0], set.All.Select(parameter => parameter.Value[0]));
        new Sgd(0.5f).Prepare(set);
        Assert.Equal([(0, 32), (48, 32)], set.TrainedRanges);
    }

    [Fact]
    public void A_group_that_takes_nothing_is_refused_with_the_names()
    {
        Assert.Equal("The group 'c.*: rate 2' takes no parameter: 'c.*' is no name here. Trained are: a.weight, a.bias, b.weight, b.bias.", Message("c.*: rate 2"));
        Assert.Contains("'fixed' is no name here", Message("fixed: frozen"));
        Assert.Contains("are in groups before it, such as 'a: rate 2'", Message("a: rate 2", "a.bias: rate 3"));
        Assert.Contains("nothing to train", Message("a: frozen", "*: frozen"));

        static string Message(params string[] groups) =>
            Assert.Throws<ArgumentException>(() => new Sgd(1) { Groups = [.. groups.Select(ParameterGroup.Parse)] }.Prepare(Make())).Message;
    }

    [Fact]
    public void Groups_are_set_before_the_first_step()
    {
        Sgd optimizer = new(1);
        optimizer.Step(Make());
        Assert.Contains("before", Assert.Throws<InvalidOperationException>(() => optimizer.Groups = []).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ParameterGroup { Pattern = "a", L1 = float.NaN });
        Assert.Throws<ArgumentException>(() => new ParameterGroup { Pattern = " " });
    }

    /// <summary>Ones, with gradients of one.</summary>
    private static ParameterSet Make()
    {
        ParameterSet set = new();
        set.Add("a.weight", new Shape(3), Initializer.Ones);
        set.Add("a.bias", new Shape(2), Initializer.Ones);
        set.Add("fixed", new Shape(2), Initializer.Ones, trained: false);
        set.Add("b.weight", new Shape(3), Initializer.Ones);
        set.Add("b.bias", new Shape(2), Initializer.Ones);
        set.Allocate(0);
        set.Gradients.Fill(1);
        return set;
    }
}
