using Unfold.Cells;
using Unfold.Cells.Schedule;

namespace Unfold.Tests.Cells.Execution;

/// <summary>What the schedule makes of equations as they are usually written: that it is right, the executor's tests tell; here, that it is short.</summary>
public sealed class ScheduleTests
{
    /// <summary>(1 - z) * h + z * n is one instruction, and so is what it gives the gradient of z; what others still read is overwritten last.</summary>
    [Theory]
    [InlineData("gru")]
    [InlineData("min_gru")]
    public void A_gate_is_one_instruction_each_way(string name)
    {
        CellSchedule schedule = new ExecutorCase(Cell.Named(name), 5, 9).Schedule;

        Assert.Equal(1, Count(schedule.Forward, OpCode.Lerp));
        Assert.Equal(0, Count(schedule.Forward, OpCode.ReverseSubtract));
        Assert.Equal(1, Count(schedule.Backward, OpCode.SubtractMultiply));
        Assert.Equal(0, Count(schedule.Backward, OpCode.Negate));
        Assert.Equal(0, Count(schedule.Backward, OpCode.Copy));
    }

    /// <summary>The eight normalised sums take the places of the sums, and of the state, which has another place, its mean and deviation are kept.</summary>
    [Fact]
    public void Normalised_rows_are_not_made_again()
    {
        CellSchedule schedule = new ExecutorCase(Cell.Named("lstm_layer_norm"), 5, 9).Schedule;

        Assert.Equal(9, Count(schedule.Forward, OpCode.Mean));
        Assert.Equal(0, Count(schedule.Backward, OpCode.Mean) + Count(schedule.Backward, OpCode.InverseDeviation));
        Assert.Equal(1, Count(schedule.Backward, OpCode.Normalize));
        Assert.Equal(8, schedule.KeptGroups.Where(g => g.Width == 9).Sum(g => g.Blocks));
        Assert.Equal(10, schedule.KeptGroups.Where(g => g.Width == 1).Sum(g => g.Blocks)); // nine deviations and the state's mean
    }

    /// <summary>1 - leak is a number before the run begins.</summary>
    [Fact]
    public void Numbers_are_computed_once()
    {
        CellSchedule schedule = new ExecutorCase(Cell.Named("leaky"), 5, 9).Schedule;

        Assert.Empty(schedule.Vectors);
        Assert.Equal(2, Count(schedule.Forward, OpCode.Scale));
        Assert.Equal(0, Count(schedule.Forward, OpCode.MultiplyRows) + Count(schedule.Backward, OpCode.MultiplyRows));
    }

    /// <summary>What is made of parameters alone is made once a run, and no number a row.</summary>
    [Fact]
    public void What_is_made_of_parameters_alone_is_computed_once()
    {
        CellSchedule schedule = new ExecutorCase(Cell.Named("fastgrnn"), 5, 9).Schedule;

        Assert.Equal(2, schedule.Vectors.Count(v => v.Made is { Op: OpCode.Sigmoid }));
        Assert.Equal(1, Count(schedule.Forward, OpCode.Sigmoid));
        Assert.Equal(0, Count(schedule.Backward, OpCode.Sigmoid));
        Assert.Equal(0, Count(schedule.Forward, OpCode.MultiplyRows) + Count(schedule.Forward, OpCode.AddRows) + Count(schedule.Backward, OpCode.MultiplyRows));
    }

    /// <summary>Two functions of one sum are kept rather than made again: one takes the sum's place, the other has a place of its own.</summary>
    [Theory]
    [InlineData("fastgrnn", 2)]
    [InlineData("janet", 3)]
    public void Functions_that_share_a_sum_are_kept(string name, int blocks)
    {
        CellSchedule schedule = new ExecutorCase(Cell.Named(name), 5, 9).Schedule;

        Assert.Equal(blocks, schedule.KeptGroups.Sum(g => g.Blocks));
        Assert.Equal(0, Count(schedule.Backward, OpCode.Sigmoid) + Count(schedule.Backward, OpCode.Tanh));
        Assert.Equal(0, Count(schedule.Forward, OpCode.Copy) + Count(schedule.Backward, OpCode.Copy));
    }

    /// <summary>No more is kept than the sums and the states twice: three functions of one sum are made again.</summary>
    [Fact]
    public void More_functions_than_there_is_memory_for_are_made_again()
    {
        CellSchedule schedule = new ExecutorCase(Cell.Parse("a = W x + U h\nh' = sigmoid(a + b) * tanh(a + c) * exp(-a)\n"), 5, 9).Schedule;

        Assert.Equal(1, schedule.KeptGroups.Sum(g => g.Blocks));
        Assert.Equal(1, Count(schedule.Backward, OpCode.Tanh));
    }

    /// <summary>g h - g n v is one instruction where v is the same for all rows, and the sum of a product is one too.</summary>
    [Fact]
    public void A_difference_and_a_sum_of_products_are_one_instruction()
    {
        CellSchedule schedule = new ExecutorCase(Cell.Named("fastgrnn"), 5, 9).Schedule;

        Assert.Equal(0, Count(schedule.Backward, OpCode.Subtract));
        Assert.Equal(1, Count(schedule.Backward, OpCode.MultiplyMultiplyAdd));
        Assert.Equal(1, Count(schedule.Backward, OpCode.Dot));
    }

    /// <summary>Values that are used twice each, one after the other: whoever followed every path would never end.</summary>
    [Fact]
    public void Forty_values_used_twice_are_scheduled_at_once()
    {
        string squares = string.Concat(Enumerable.Range(1, 40).Select(i => $"a{i} = a{i - 1} * a{i - 1}\n"));

        CellSchedule schedule = new ExecutorCase(Cell.Parse($"a0 = tanh(W x + U h)\n{squares}h' = tanh(a40)\n"), 5, 9).Schedule;

        Assert.Equal(40, Count(schedule.Forward, OpCode.Multiply));
    }

    private static int Count(SchedulePass pass, OpCode op) =>
        pass.Before.Concat(pass.Loop).Concat(pass.After).OfType<ProgramStep>().Sum(p => p.Instructions.Count(i => i.Op == op));
}
