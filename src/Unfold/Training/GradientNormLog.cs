using Unfold.Autodiff;
using Unfold.Kernels.Optimizers;

namespace Unfold.Training;

/// <summary>
/// Writes the Euclidean norm of each layer's gradients, before clipping by norm, as a CSV file: the step from 1, a column a layer, and <c>all</c> for them together. After
/// a resume the rows beyond the checkpoint are made anew.
/// </summary>
internal sealed class GradientNormLog : TrainingCallback, IDisposable
{
    private readonly int _interval;
    private readonly (string Layer, Parameter[] Parameters)[] _layers;
    private readonly StreamWriter _writer;

    /// <param name="path">The file.</param>
    /// <param name="interval">From how many steps one is written.</param>
    /// <param name="parameters">What is trained.</param>
    /// <param name="stepsDone">The steps that were done before, whose rows are kept.</param>
    internal GradientNormLog(string path, int interval, ParameterSet parameters, long stepsDone)
    {
        _interval = interval;
        _layers = [.. parameters.All.Where(parameter => parameter.NeedsGradient).GroupBy(Divergence.LayerName).Select(group => (group.Key, group.ToArray()))];
        string head = string.Join(',', ["step", .. _layers.Select(layer => Quoted(layer.Layer)), "all"]);
        try
        {
            string[] kept = stepsDone > 0 && File.Exists(path)
                ? [.. File.ReadLines(path).Skip(1).TakeWhile(row => IsWhole(row) && long.Parse(row.Split(',')[0]) <= stepsDone)]
                : [];
            _writer = new StreamWriter(path) { NewLine = "\n" };
            foreach (string line in kept.Prepend(head))
                _writer.WriteLine(line);
            _writer.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException($"'{path}' cannot be written: the gradients' norms ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <inheritdoc/>
    public override unsafe void AfterStep(Trainer trainer)
    {
        long step = trainer.Progress.Step;
        if (step % _interval != 0)
            return;
        double all = 0;
        Write(step, "D");
        foreach ((_, Parameter[] parameters) in _layers)
        {
            double squares = 0;
            foreach (Parameter parameter in parameters)
                squares += Clipping.SumOfSquares(parameter.Gradient.Pointer, parameter.Shape.Length);
            _writer.Write(',');
            Write(Math.Sqrt(squares), "G6");
            all += squares;
        }

        _writer.Write(',');
        Write(Math.Sqrt(all), "G6");
        _writer.WriteLine();
    }

    /// <inheritdoc/>
    public override void AfterEpoch(Trainer trainer) => _writer.Flush();

    /// <summary>Closes the file.</summary>
    public void Dispose() => _writer.Dispose();

    /// <summary>Writes a number without making a text of it.</summary>
    private void Write<T>(T number, ReadOnlySpan<char> format)
        where T : ISpanFormattable
    {
        Span<char> text = stackalloc char[32];
        number.TryFormat(text, out int length, format, null);
        _writer.Write(text[..length]);
    }

    /// <summary>Whether a row was written to its end.</summary>
    private bool IsWhole(string row) => row.Split(',') is var fields && fields.Length == _layers.Length + 2 && long.TryParse(fields[0], out _);

    private static string Quoted(string name) =>
        name.AsSpan().IndexOfAny(',', '"', '\n') < 0 ? name : $"\"{name.Replace("\"", "\"\"")}\"";
}
