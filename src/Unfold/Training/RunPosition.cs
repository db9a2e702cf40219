using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Unfold.Training;

/// <summary>How far a run has come: together with weights, optimizer state and the task's own state, all that a resumed run needs.</summary>
internal sealed class RunPosition
{
    /// <summary>Epochs that have ended.</summary>
    internal int Epoch { get; set; }

    /// <summary>Batches of the current epoch that are done.</summary>
    internal int StepInEpoch { get; set; }

    /// <summary>Updates of the weights in all.</summary>
    internal long Step { get; set; }

    /// <summary>The losses of the current epoch's items so far, summed.</summary>
    internal double LossSum { get; set; }

    /// <summary>The items of the current epoch so far.</summary>
    internal long Items { get; set; }

    /// <summary>An exponential mean of the steps' losses.</summary>
    internal double RecentLoss { get; set; }

    /// <summary>The sum of the weights in <see cref="RecentLoss"/>, which corrects its beginning.</summary>
    internal double RecentWeight { get; set; }

    /// <summary>Seconds of the run so far.</summary>
    internal double Seconds { get; set; }

    /// <summary>Seconds of the run at the end of the last epoch.</summary>
    internal double EpochStartSeconds { get; set; }

    /// <summary>Seconds spent training, without validation and saving.</summary>
    internal double TrainingSeconds { get; set; }

    /// <summary>Items that the run has trained on.</summary>
    internal long ItemsTrained { get; set; }

    /// <summary>The best value of the watched metric so far; null before the first.</summary>
    internal double? Best { get; set; }

    /// <summary>Epochs since then.</summary>
    internal int EpochsSinceBest { get; set; }

    /// <summary>The epochs that have ended.</summary>
    internal List<EpochReport> Epochs { get; } = [];

    /// <summary>This position as JSON; every number comes back to the bit.</summary>
    internal string ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("epoch", Epoch);
            json.WriteNumber("step_in_epoch", StepInEpoch);
            json.WriteNumber("step", Step);
            json.WriteNumber("loss_sum", LossSum);
            json.WriteNumber("items", Items);
            json.WriteNumber("recent_loss", RecentLoss);
            json.WriteNumber("recent_weight", RecentWeight);
            json.WriteNumber("seconds", Seconds);
            json.WriteNumber("epoch_start_seconds", EpochStartSeconds);
            json.WriteNumber("training_seconds", TrainingSeconds);
            json.WriteNumber("items_trained", ItemsTrained);
            TrainingReportJson.WriteNumber(json, "best", Best);
            json.WriteNumber("epochs_since_best", EpochsSinceBest);
            json.WritePropertyName("report");
            TrainingReportJson.Write(json, new TrainingReport { Task = "", Epochs = Epochs });
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    internal static RunPosition Parse(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement json = document.RootElement;
            RunPosition position = new()
            {
                Epoch = json.GetProperty("epoch").GetInt32(),
                StepInEpoch = json.GetProperty("step_in_epoch").GetInt32(),
                Step = json.GetProperty("step").GetInt64(),
                LossSum = json.GetProperty("loss_sum").GetDouble(),
                Items = json.GetProperty("items").GetInt64(),
                RecentLoss = json.GetProperty("recent_loss").GetDouble(),
                RecentWeight = json.GetProperty("recent_weight").GetDouble(),
                Seconds = json.GetProperty("seconds").GetDouble(),
                EpochStartSeconds = json.GetProperty("epoch_start_seconds").GetDouble(),
                TrainingSeconds = json.GetProperty("training_seconds").GetDouble(),
                ItemsTrained = json.GetProperty("items_trained").GetInt64(),
                Best = json.GetProperty("best") is { ValueKind: JsonValueKind.Number } best ? best.GetDouble() : null,
                EpochsSinceBest = json.GetProperty("epochs_since_best").GetInt32(),
            };
            position.Epochs.AddRange(TrainingReportJson.Read(json.GetProperty("report")).Epochs);
            if (position.Epoch < 0 || position.StepInEpoch < 0 || position.Step < 0 || position.Epochs.Count != position.Epoch)
                throw new FormatException("its position in the run contradicts itself");
            return position;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException("its position in the run cannot be read", e);
        }
    }
}
