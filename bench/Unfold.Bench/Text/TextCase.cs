using System.Globalization;
using Unfold.Autodiff;
using Unfold.Data;
using Unfold.Measurement;
using Unfold.Models;
using Unfold.Training;

namespace Unfold.Bench.Text;

/// <summary>A language model and how it is trained, the same in Unfold and in bench/peers/language_model.py.</summary>
/// <param name="Size">Unroll T, batch N, embedding C, hidden H.</param>
/// <param name="Dropout">Between the two layers.</param>
/// <param name="Threads">Threads of each system.</param>
/// <param name="Kind">What it reads.</param>
internal sealed record TextCase(LayerSize Size, float Dropout, int Threads, TokenKind Kind)
{
    /// <summary>The tokens of a full step.</summary>
    public int Tokens => Size.T * Size.N;

    public string Request(string path) =>
        $"{(Kind == TokenKind.Word ? "word_model" : "language_model")}{(Dropout == 0 ? "" : "@" + Dropout.ToString(CultureInfo.InvariantCulture))}={path}";

    /// <summary>More epochs than a measurement needs: it ends the run when it has seen enough.</summary>
    public LanguageModelOptions Options(StepProfile profile) => new()
    {
        Hidden = Size.H,
        Layers = 2,
        Embedding = Size.C,
        Batch = Size.N,
        Unroll = Size.T,
        Dropout = Dropout,
        Tokens = Kind,
        LearningRate = 0.004f,
        Decay = LearningRateDecay.Constant,
        ClipNorm = 1,
        Epochs = 1000,
        Profile = profile,
    };
}
