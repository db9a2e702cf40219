using Unfold.Baselines;
using Unfold.Data.Tagging;
using Unfold.Metrics;
using Unfold.Testing;

namespace Unfold.Tests.Metrics;

public sealed class SpanEvaluationTests
{
    /// <summary>Sentences, and the spans that conlleval's rules give them: begin, end and type.</summary>
    [Theory]
    [InlineData("B-X I-X O B-X", "0-2X 3-4X")]
    [InlineData("I-X I-X O", "0-2X")]
    [InlineData("I-X B-X I-X", "0-1X 1-3X")]
    [InlineData("B-X I-Y", "0-1X 1-2Y")]
    [InlineData("B-X B-X", "0-1X 1-2X")]
    [InlineData("O O", "")]
    [InlineData("O I-X", "1-2X")]
    [InlineData("B-A-B I-A-B", "0-2A-B")]
    [InlineData("B-X I-X E-X I-X", "0-3X 3-4X")]
    public void Spans_begin_and_end_as_the_official_script_has_it(string labels, string spans) =>
        Assert.Equal(spans, string.Join(' ', SpanEvaluation.Spans(labels.Split(' ')).Select(span => $"{span.First}-{span.Next}{span.Type}")));

    [Fact]
    public void A_span_counts_if_begin_end_and_type_are_right()
    {
        SpanEvaluation found = new();
        found.Add("B-X I-X O B-Y".Split(' '), "B-X I-X O B-X".Split(' '));
        found.Add("B-X I-X".Split(' '), "B-X O".Split(' '));
        Assert.Equal(new SpanCount(3, 3, 1), found.All);
        Assert.Equal((new SpanCount(2, 3, 1), new SpanCount(1, 0, 0)), (found.Types["X"], found.Types["Y"]));
        Assert.Equal((1 / 3.0, 1 / 3.0, 1 / 3.0), (found.All.Precision, found.All.Recall, found.All.F1));
        Assert.Equal((6, 4), (found.Tokens, found.RightTokens));
        Assert.Contains("6 tokens with 3 spans; found 3 spans, 1 right", found.ToString());
        Assert.Throws<ArgumentException>(() => found.Add(["O"], []));
        Assert.Equal(0, new SpanEvaluation().All.F1);
    }

    [Theory]
    [InlineData("B-X I-X O", true)]
    [InlineData("O", false)]
    [InlineData("NOUN VERB", false)]
    public void Labels_are_spans_or_not(string labels, bool are) => Assert.Equal(are, SpanEvaluation.AreSpans(labels.Split(' ')));

    [DataFact("conll2000-chunking")]
    public void The_baseline_of_the_shared_task_has_its_published_figures()
    {
        TaggedCorpus training = TaggedCorpus.Load(DataSet.Path("conll2000-chunking/train.txt")), test = TaggedCorpus.Load(DataSet.Path("conll2000-chunking/test.txt"));
        MostFrequentTag baseline = new(training.Sentences.Select(sentence => ((IReadOnlyList<string>)sentence.Inputs[1], sentence.Labels!)));
        SpanEvaluation found = new();
        foreach (TaggedSentence sentence in test.Sentences)
            found.Add(sentence.Labels!, baseline.Tag(sentence.Inputs[1]));

        // Precision 72.58, recall 82.14, F1 77.07: the chunk that a part of speech most often has (Tjong Kim Sang and Buchholz 2000, table 4).
        Assert.Equal((0.7258, 0.8214, 0.7707), (Math.Round(found.All.Precision, 4), Math.Round(found.All.Recall, 4), Math.Round(found.All.F1, 4)));
        Assert.Equal((47377, 23852), (found.Tokens, found.All.True));
    }
}
