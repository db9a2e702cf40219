using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Unfold.Training;

namespace Unfold.Tests.Training;

public sealed class TrainingReportTests : IDisposable
{
    private static readonly TrainingReport Sample = new()
    {
        Task = "text",
        Command = "unfold train text \"a b\"",
        Seed = ulong.MaxValue,
        Threads = 2,
        Parameters = 12345,
        Epochs = [new EpochReport(1, 2.5, 2.25, 10), new EpochReport(2, 0.1 + 0.2, null, 9.5)],
        Final = new Dictionary<string, double> { ["validation_loss"] = 1.0 / 3, ["perplexity"] = double.PositiveInfinity },
        ItemsPerSecond = 1e5,
        Seconds = 19.5,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-report-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void It_is_the_json_that_the_documentation_names()
    {
        string path = Path.Combine(_folder, "report.json");
        Sample.Save(path);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        JsonElement json = document.RootElement;
        Assert.Equal(["task", "command", "seed", "threads", "parameters", "epochs", "final", "items_per_second", "seconds"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal(["epoch", "train_loss", "validation_loss", "seconds"], json.GetProperty("epochs")[1].EnumerateObject().Select(p => p.Name));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("epochs")[1].GetProperty("validation_loss").ValueKind);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("final").GetProperty("perplexity").ValueKind);
        Assert.Equal(ulong.MaxValue, json.GetProperty("seed").GetUInt64());
    }

    [Fact]
    public void What_was_written_is_read_to_the_bit() => Prop.ForAll<NormalFloat, NormalFloat, NormalFloat>((a, b, c) =>
    {
        TrainingReport report = Sample with
        {
            Epochs = [new EpochReport(1, a.Get, b.Get, c.Get)],
            Final = new Dictionary<string, double> { ["mse"] = c.Get },
        };
        using JsonDocument document = JsonDocument.Parse(report.ToJson());
        TrainingReport read = TrainingReportJson.Read(document.RootElement);
        return read.Epochs.SequenceEqual(report.Epochs) && read.Final["mse"] == c.Get && read.Command == report.Command && read.ToJson() == report.ToJson();
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Without_circumstances_nothing_depends_on_clock_command_or_machine()
    {
        string json = Sample.WithoutCircumstances().ToJson();
        Assert.DoesNotContain("seconds", json);
        Assert.DoesNotContain("command", json);
        Assert.DoesNotContain("threads", json);
        Assert.Contains("\"train_loss\": 2.5", json);
    }

    [Fact]
    public void A_position_comes_back_to_the_bit()
    {
        RunPosition position = new()
        {
            Epoch = 1,
            StepInEpoch = 17,
            Step = 1L << 40,
            LossSum = Math.PI,
            Items = 3,
            RecentLoss = 1.0 / 7,
            RecentWeight = 0.1 + 0.2,
            Best = 1.0 / 9,
            EpochsSinceBest = 2,
            ItemsTrained = 99,
        };
        position.Epochs.Add(new EpochReport(1, 1.0 / 3, 2.0 / 3, 4));
        RunPosition read = RunPosition.Parse(position.ToJson());
        Assert.Equal(position.ToJson(), read.ToJson());
        Assert.Equal((position.LossSum, position.Best, position.Step), (read.LossSum, read.Best, read.Step));
        Assert.Throws<FormatException>(() => RunPosition.Parse("{}"));
        Assert.Throws<FormatException>(() => RunPosition.Parse(position.ToJson().Replace("\"epoch\":1,\"step_in", "\"epoch\":2,\"step_in")));
    }
}
