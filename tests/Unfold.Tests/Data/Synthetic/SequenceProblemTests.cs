using Unfold.Data.Synthetic;

namespace Unfold.Tests.Data.Synthetic;

public sealed class SequenceProblemTests
{
    public static TheoryData<SequenceProblem> All => [new AddingProblem(11), new CopyProblem(5), new LatchProblem(9), new MotionProblem(4)];

    [Theory]
    [MemberData(nameof(All))]
    public void A_sequence_is_a_function_of_the_seed_and_its_number(SequenceProblem problem)
    {
        SequenceBatch three = new(problem, 3), one = new(problem, 1), other = new(problem, 3);
        problem.Fill(three, 7, 4);
        problem.Fill(other, 8, 4);
        Assert.NotEqual(three.Inputs.Values.ToArray(), other.Inputs.Values.ToArray());
        problem.Fill(other, 7, 4);
        Assert.Equal(three.Inputs.Values.ToArray(), other.Inputs.Values.ToArray());
        problem.Fill(one, 7, 6);
        for (int t = 0; t < problem.Steps; t++)
            Assert.Equal(Features(three, t, 2), Features(one, t, 0));
    }

    [Fact]
    public void Adding_asks_for_the_sum_of_the_two_marked_numbers()
    {
        AddingProblem problem = new(9);
        SequenceBatch batch = new(problem, 200);
        problem.Fill(batch, 1, 0);
        HashSet<int> places = [];
        double squares = 0;
        for (int n = 0; n < 200; n++)
        {
            int[] marked = [.. Enumerable.Range(0, 9).Where(t => Features(batch, t, n)[1] == 1)];
            Assert.Equal((2, true, true), (marked.Length, marked[0] < 4, marked[1] >= 4));
            Assert.All(Enumerable.Range(0, 9), t => Assert.InRange(Features(batch, t, n)[0], 0, 1));
            places.UnionWith(marked);
            float sum = batch.Numbers.Values[n];
            Assert.Equal(marked.Sum(t => Features(batch, t, n)[0]), sum, 1e-6);
            squares += (sum - 1) * (sum - 1) / 200;
        }

        Assert.Equal(9, places.Count);
        Assert.Equal(problem.BaselineLoss, squares, 0.03);
    }

    [Fact]
    public void Copy_asks_for_the_first_ten_symbols_after_the_sign()
    {
        CopyProblem problem = new(6);
        SequenceBatch batch = new(problem, 50);
        problem.Fill(batch, 1, 0);
        for (int n = 0; n < 50; n++)
        {
            int[] read = [.. Enumerable.Range(0, 26).Select(t => Array.IndexOf(Features(batch, t, n), 1f))];
            int[] asked = [.. Enumerable.Range(0, 26).Select(t => batch.Classes[t * 50 + n])];
            Assert.All(read[..10], symbol => Assert.InRange(symbol, 1, 8));
            Assert.Equal([.. Enumerable.Repeat(0, 5), .. Enumerable.Repeat(9, 11)], read[10..]);
            Assert.Equal([.. Enumerable.Repeat(0, 16), .. read[..10]], asked);
        }

        Assert.Equal(0.0204, new CopyProblem(1000).BaselineLoss, 4e-5);
    }

    [Fact]
    public void Latch_asks_for_the_first_symbol_and_the_noise_says_nothing_about_it()
    {
        LatchProblem problem = new(30);
        SequenceBatch batch = new(problem, 100);
        problem.Fill(batch, 3, 0);
        for (int n = 0; n < 100; n++)
        {
            int[] read = [.. Enumerable.Range(0, 31).Select(t => Array.IndexOf(Features(batch, t, n), 1f))];
            Assert.Equal(batch.Classes[n], read[0]);
            Assert.All(read[1..], symbol => Assert.InRange(symbol, 2, 9));
        }

        Assert.InRange(batch.Classes.Sum(), 35, 65);
    }

    [Fact]
    public void Motion_asks_for_the_way_and_no_frame_alone_tells_it()
    {
        const int Side = MotionProblem.Side, Count = 1200, Frames = 5;
        MotionProblem problem = new(Frames);
        SequenceBatch batch = new(problem, Count);
        problem.Fill(batch, 5, 0);
        (int Across, int Down)[] ways = [(1, 0), (-1, 0), (0, 1), (0, -1)];
        double[,,] means = new double[4, Frames, Side * Side];
        int[] clips = new int[4];
        for (int n = 0; n < Count; n++)
        {
            int way = batch.Classes[n];
            clips[way]++;
            for (int t = 0; t < Frames; t++)
            {
                float[] frame = Features(batch, t, n), before = Features(batch, Math.Max(0, t - 1), n);
                for (int pixel = 0; pixel < frame.Length; pixel++)
                {
                    means[way, t, pixel] += frame[pixel];
                    Assert.True(Math.Abs(frame[pixel]) <= 0.25f || Math.Abs(frame[pixel] - 1) <= 0.25f);
                    int row = ((pixel / Side) - ways[way].Down + Side) % Side, column = ((pixel % Side) - ways[way].Across + Side) % Side;
                    if (t > 0)
                        Assert.Equal(before[(row * Side) + column] > 0.5f, frame[pixel] > 0.5f);
                }
            }
        }

        // Each pixel of each frame has the same mean whatever the way: a deviation of a pixel is below 0.4, so that of a mean of some 300 is below 0.023.
        Assert.All(clips, clip => Assert.InRange(clip, 230, 370));
        for (int t = 0; t < Frames; t++)
        {
            for (int pixel = 0; pixel < Side * Side; pixel++)
            {
                double[] of = [.. Enumerable.Range(0, 4).Select(way => means[way, t, pixel] / clips[way])];
                Assert.InRange(of.Max() - of.Min(), 0, 0.2);
            }
        }
    }

    [Fact]
    public void A_length_that_cannot_be_and_a_foreign_batch_are_refused()
    {
        Assert.StartsWith("The problem 'adding' expects a length from 2 to", Assert.Throws<ArgumentOutOfRangeException>(() => new AddingProblem(1)).Message);
        SequenceBatch batch = new(new AddingProblem(5), 1);
        Assert.EndsWith("it was made for another problem.", Assert.Throws<ArgumentException>(() => new AddingProblem(6).Fill(batch, 1, 0)).Message);
    }

    private static float[] Features(SequenceBatch batch, int step, int sequence)
    {
        int features = batch.Inputs.Shape[2];
        return batch.Inputs.Values.Slice((step * batch.Count + sequence) * features, features).ToArray();
    }
}
