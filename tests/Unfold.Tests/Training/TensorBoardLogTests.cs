using Unfold.Formats.TensorBoard;
using Unfold.Training;

namespace Unfold.Tests.Training;

/// <summary>The events that TensorBoard shows, read back by a reader that shares nothing with the writer.</summary>
public sealed class TensorBoardLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-tensorboard-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_check_sum_is_that_of_its_specification() => Assert.Equal(0xE3069283, EventRecord.Crc32C("123456789"u8));

    [Fact]
    public void Each_step_and_each_epoch_is_told()
    {
        string folder = Path.Combine(_folder, "run");
        TrainingReport report = new Trainer(new LineTask(), new TrainerOptions { Epochs = 3, Seed = 3, LearningRate = 0.05f, TensorBoard = folder }).Run();
        string file = Assert.Single(Directory.GetFiles(folder));
        Assert.StartsWith("events.out.tfevents.", Path.GetFileName(file));
        List<EventRecord> records = [.. EventRecord.Read(file)];
        Assert.Equal("brain.Event:2", records[0].Version);
        Assert.All(records, record => Assert.InRange(record.Time, 1.6e9, 1e10));
        Assert.Equal(Enumerable.Range(1, 15).Select(step => (long)step), records.Where(record => record.Scalars.ContainsKey("step/loss")).Select(record => record.Step));
        Assert.Equal(report.Epochs.Select(epoch => (float)epoch.TrainLoss), records.Where(record => record.Scalars.ContainsKey("epoch/train_loss")).Select(record => record.Scalars["epoch/train_loss"]));
        Assert.Equal(report.Epochs.Select(epoch => (float)epoch.ValidationLoss!), records.Where(record => record.Scalars.ContainsKey("epoch/validation_loss")).Select(record => record.Scalars["epoch/validation_loss"]));
        Assert.Equal(["gradients/hidden", "gradients/output", "weights/hidden", "weights/output"], records.SelectMany(record => record.Histograms.Keys).Distinct().Order());
        foreach (double[] histogram in records.Where(record => record.Histograms.ContainsKey("weights/hidden")).Select(record => record.Histograms["weights/hidden"]))
        {
            int buckets = (histogram.Length - 5) / 2;
            Assert.Equal(16, histogram[2]); // one input, eight units, their biases
            Assert.Equal(16, histogram[^buckets..].Sum());
            Assert.Equal(histogram[1], histogram[5 + buckets - 1]);
        }

        new Trainer(new LineTask(), new TrainerOptions { Epochs = 1, Seed = 3, TensorBoard = folder }).Run();
        Assert.Equal(2, Directory.GetFiles(folder).Length);
    }

    [Fact]
    public void A_directory_that_cannot_be_is_refused()
    {
        File.WriteAllText(Path.Combine(_folder, "file"), "");
        Assert.Contains("TensorBoard's events", Assert.Throws<ModelFileException>(
            () => new Trainer(new LineTask(), new TrainerOptions { Epochs = 1, TensorBoard = Path.Combine(_folder, "file", "below") }).Run()).Message);
    }

    [Fact]
    public void Histograms_count_every_number_and_leave_out_what_is_none()
    {
        Histogram spread = new([[1, 2, 3, float.NaN], [4, float.PositiveInfinity]]);
        Assert.Equal((1, 4, 4L, 10, 30), (spread.Least, spread.Greatest, spread.Count, spread.Sum, spread.SumOfSquares));
        Assert.Equal(4, spread.Counts.Sum());
        Assert.Equal(1, spread.Counts[^1]);
        Histogram equal = new([[2, 2, 2]]);
        Assert.Equal([2.0], equal.Limits);
        Assert.Equal([3.0], equal.Counts);
        Assert.Equal(0, new Histogram([]).Count);
    }
}
