using Unfold.Cli.Shell;
using Unfold.Data.Tagging;
using Unfold.Metrics;
using Unfold.Models;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold predict</c> and <c>unfold evaluate</c> for taggers.</summary>
internal static class TagPrediction
{
    private const string StandardInput = "-";
    private const int Batch = 256;

    /// <summary>Prints the files, or standard input as it comes, with the labels that the model gives.</summary>
    public static int Predict(Tagger model, string[] files)
    {
        using var interrupt = new Interrupt();
        foreach (string file in files)
        {
            if (file == StandardInput)
            {
                foreach (TaggedSentence sentence in TaggedCorpus.Stream(Console.In, "standard input", model.Format))
                {
                    Write(model, [sentence], interrupt);
                    Console.Out.Flush();
                }

                continue;
            }

            Inputs.RequireFile(file);
            foreach (TaggedSentence[] sentences in TaggedCorpus.Load(file, model.Format, labelled: false).Sentences.Chunk(Batch))
            {
                Write(model, sentences, interrupt);
            }
        }

        return ExitCode.Done;
    }

    /// <summary>Measures a model on a file.</summary>
    public static int Evaluate(Tagger model, string file)
    {
        using var interrupt = new Interrupt();
        Inputs.RequireFile(file);
        TaggerEvaluation found = model.Evaluate(TaggedCorpus.Load(file, model.Format), progress: null, interrupt.Token);
        Print(found);
        Console.Out.WriteLine($"{Say.Count((long)(found.Tokens / Math.Max(found.Seconds, 1e-9)))} tokens a second");
        return ExitCode.Done;
    }

    /// <summary>Prints what was measured.</summary>
    public static void Print(TaggerEvaluation found)
    {
        Console.Out.WriteLine($"{Say.Count(found.Sentences)} sentences, {Say.Count(found.Tokens)} tokens{(found.Loss is double loss ? $": loss {loss:F4} nats a token" : "")}, accuracy {found.Accuracy:P2}");
        Console.Out.WriteLine($"{Say.Count(found.UnknownWords)} tokens are words never seen in training: accuracy {found.UnknownWordsAccuracy:P2}");
        if (found.UnknownLabels > 0)
        {
            Console.Out.WriteLine($"{Say.Count(found.UnknownLabels)} tokens have labels never seen in training, and count as mistakes");
        }

        if (found.Spans is SpanEvaluation spans)
        {
            Console.Out.WriteLine(spans.ToString().TrimEnd());
        }
    }

    private static void Write(Tagger model, TaggedSentence[] sentences, Interrupt interrupt)
    {
        IReadOnlyList<IReadOnlyList<string>> labels = model.Tag(sentences, interrupt.Token);
        for (int i = 0; i < sentences.Length; i++)
        {
            Console.Out.Write(TaggedWriter.Write(sentences[i], labels[i], model.Format));
        }
    }
}
