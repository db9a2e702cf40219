using System.Globalization;
using Unfold.Autodiff;
using Unfold.Formats.Safetensors;
using Unfold.Optimizers;
using Unfold.Tensors;

namespace Unfold.Training;

/// <summary>
/// A run's file to go on from: a safetensors file with the weights under their parameters' own names, the best weights, their average, the optimizer's state and
/// what the task carries, and in its metadata the position. Random choices need nothing: they are functions of the seed and the step.
/// </summary>
internal static class Checkpoint
{
    /// <summary>The metadata's name of the position in the run; also what tells a checkpoint from a model.</summary>
    private const string PositionKey = "checkpoint";

    private const string OptimizerStepsKey = "checkpoint_optimizer_steps";
    private const string BestName = "checkpoint.best";
    private const string AverageName = "checkpoint.average";
    private const string OptimizerPrefix = "checkpoint.optimizer.";

    /// <summary>Writes a checkpoint; under its final name only when it is complete.</summary>
    internal static void Save(string path, TrainingTask task, Optimizer optimizer, RunPosition position, Tensor best, Tensor average)
    {
        SafetensorsWriter writer = new();
        foreach (Parameter parameter in task.Parameters.All)
            writer.Add(parameter.Name, parameter.Value);
        if (best.HasValue)
            writer.Add(BestName, best);
        if (average.HasValue)
            writer.Add(AverageName, average);
        foreach ((string name, Tensor values) in optimizer.State)
            writer.Add(OptimizerPrefix + name, values);
        task.SaveTo(writer);
        writer.Metadata[PositionKey] = position.ToJson();
        writer.Metadata[OptimizerStepsKey] = optimizer.StepCount.ToString(CultureInfo.InvariantCulture);
        writer.Save(path, "the checkpoint");
    }

    /// <summary>Whether a file is a checkpoint and not a finished model.</summary>
    internal static bool IsOne(SafetensorsFile file) => file.Metadata.ContainsKey(PositionKey);

    /// <summary>Opens a checkpoint.</summary>
    /// <exception cref="ModelFileException">The file cannot be read, or is no checkpoint.</exception>
    internal static SafetensorsFile Open(string path)
    {
        SafetensorsFile file = SafetensorsFile.Open(path);
        if (IsOne(file))
            return file;
        file.Dispose();
        throw NoCheckpoint(path);
    }

    /// <summary>Puts a run where a checkpoint was written.</summary>
    /// <param name="path">The checkpoint.</param>
    /// <param name="task">The task, whose weights and state are overwritten.</param>
    /// <param name="optimizer">The optimizer, likewise.</param>
    /// <param name="best">Where the best weights are kept; no value if they are not.</param>
    /// <param name="average">Where the weights' average is kept; no value if there is none.</param>
    /// <returns>The position in the run.</returns>
    /// <exception cref="ModelFileException">The file is no checkpoint, or one of another run.</exception>
    internal static RunPosition Load(string path, TrainingTask task, Optimizer optimizer, Tensor best, Tensor average)
    {
        using SafetensorsFile file = Open(path);
        if (!file.Metadata.TryGetValue(OptimizerStepsKey, out string? stepsText) || !long.TryParse(stepsText, CultureInfo.InvariantCulture, out long steps))
            throw NoCheckpoint(path);

        task.LoadFrom(file);
        ReadParameters(file, task.Parameters);
        optimizer.Prepare(task.Parameters);
        optimizer.StepCount = steps;
        foreach ((string name, Tensor values) in optimizer.State)
            file.ReadInto(OptimizerPrefix + name, values.Shape, values.Span);
        if (average.HasValue)
            file.ReadInto(AverageName, average.Shape, average.Span);
        try
        {
            RunPosition position = RunPosition.Parse(file.Metadata[PositionKey]);
            if (position.StepInEpoch > task.StepsPerEpoch)
                throw new FormatException("its position is beyond the end of an epoch");
            if (best.HasValue)
                ReadBest(file, position, best);
            return position;
        }
        catch (FormatException e)
        {
            throw new ModelFileException($"'{path}' is not a checkpoint that training can go on from: {e.Message}.", e);
        }
    }

    /// <summary>The best weights; where the run had no patience until now none were kept, and the search for the best begins now.</summary>
    private static void ReadBest(SafetensorsFile file, RunPosition position, Tensor best)
    {
        if (file.TryGet(BestName, out _))
        {
            file.ReadInto(BestName, best.Shape, best.Span);
            return;
        }

        position.Best = null;
        position.EpochsSinceBest = 0;
    }

    /// <summary>Reads all weights under their parameters' own names.</summary>
    internal static void ReadParameters(SafetensorsFile file, ParameterSet parameters)
    {
        foreach (Parameter parameter in parameters.All)
            file.ReadInto(parameter.Name, parameter.Shape, parameter.Value.Span);
        parameters.Touch();
    }

    private static ModelFileException NoCheckpoint(string path) => new($"'{path}' is not a checkpoint that training can go on from.");
}
