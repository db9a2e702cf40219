using Unfold.Training;

namespace Unfold.Models;

/// <summary>The probabilities of the next letter after one letter of the word.</summary>
/// <param name="Input">The letter that is read.</param>
/// <param name="Target">The letter that comes next in the word.</param>
/// <param name="Probabilities">The probability of each letter of the vocabulary, in its order.</param>
public sealed record HelloStep(string Input, string Target, IReadOnlyList<double> Probabilities);

/// <summary>The smallest language model: with the vocabulary h, e, l, o it learns to go on from h to "hello".</summary>
public sealed class HelloExample
{
    private HelloExample()
    {
    }

    /// <summary>The letters, in the order of <see cref="HelloStep.Probabilities"/>: h, e, l, o.</summary>
    public IReadOnlyList<string> Vocabulary => throw new NotSupportedException();

    /// <summary>The four steps with the first, random weights.</summary>
    public IReadOnlyList<HelloStep> Before => throw new NotSupportedException();

    /// <summary>The four steps after training.</summary>
    public IReadOnlyList<HelloStep> After => throw new NotSupportedException();

    /// <summary>What the trained model writes on from "h", always taking the likeliest letter.</summary>
    public string Written => throw new NotSupportedException();

    /// <summary>The losses.</summary>
    public TrainingReport Report => throw new NotSupportedException();

    /// <summary>Trains the example, in well under a second.</summary>
    /// <param name="hidden">Hidden units; at least 1; default 16.</param>
    /// <param name="steps">Updates of the weights; at least 1; default 200.</param>
    /// <param name="learningRate">Adam's learning rate; above 0; default 0.05.</param>
    /// <param name="seed">Decides the first weights.</param>
    /// <returns>The probabilities before and after.</returns>
    /// <exception cref="OptionException">An option is out of range.</exception>
    public static HelloExample Train(int hidden = 16, int steps = 200, float learningRate = 0.05f, ulong seed = 1) => throw new NotSupportedException();
}
