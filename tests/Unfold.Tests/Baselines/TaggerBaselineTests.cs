using Unfold.Baselines;
using Unfold.Data.Tagging;
using Unfold.Testing;

namespace Unfold.Tests.Baselines;

public sealed class TaggerBaselineTests
{
    private static readonly (IReadOnlyList<string> Words, IReadOnlyList<string> Labels)[] Sentences =
    [
        Sentence("the/D dog/N can/V run/V"), Sentence("the/D can/N"), Sentence("a/D dog/N barks/V"), Sentence("dogs/N can/V bark/V"), Sentence("the/D barking/N"),
    ];

    [Fact]
    public void The_commonest_label_of_each_word()
    {
        MostFrequentTag model = new(Sentences);
        Assert.Equal(["D", "V", "N"], model.Tag(["the", "can", "dog"]));
        Assert.Equal(["V"], model.Tag(["unseen"])); // of the words seen once, run, a, barks, dogs, bark and barking, three are V
        Assert.Throws<ArgumentException>(() => new MostFrequentTag([]));
    }

    [Fact]
    public void What_may_follow_two_labels_sums_to_one()
    {
        LabelTransitions transitions = new([[0, 1, 2, 2], [0, 1], [0, 1, 2], [1, 2, 2]], 3);
        foreach ((int a, int b) in new[] { (3, 3), (3, 0), (0, 1), (1, 2), (2, 2) })
            Assert.Equal(1, Enumerable.Range(0, 4).Sum(c => Math.Exp(transitions[a, b, c])), 1e-12);
        Assert.True(transitions[3, 3, 0] > transitions[3, 3, 2]);
    }

    [Fact]
    public void Labels_of_unseen_words_sum_to_one_and_follow_their_endings()
    {
        Dictionary<string, Dictionary<int, int>> words = new() { ["running"] = new() { [0] = 3 }, ["singing"] = new() { [0] = 2 }, ["tables"] = new() { [1] = 2 }, ["London"] = new() { [2] = 4 } };
        EndingLabels endings = new(words, [0.4, 0.3, 0.3]);
        double[] likely = endings.Probabilities("jumping");
        Assert.Equal(1, likely.Sum(), 1e-12);
        Assert.True(likely[0] > 0.9, $"{likely[0]}");
        Assert.True(endings.Probabilities("Paris")[2] > 0.8);
    }

    [Fact]
    public void The_best_labels_are_those_of_all_that_there_are()
    {
        HiddenMarkovTagger model = new(Sentences);
        string[] words = ["the", "can", "can", "run"];
        Assert.Equal(["D", "N", "V", "V"], model.Tag(words));
        Assert.Equal(["N", "V", "V"], model.Tag(["dogs", "can", "run"]));
        Assert.Empty(model.Tag([]));
        Assert.Throws<ArgumentException>(() => new HiddenMarkovTagger([]));
    }

    [DataFact("ud-english-ewt")]
    public void The_English_web_treebank_reaches_what_such_models_reach()
    {
        TaggedCorpus training = TaggedCorpus.Load(DataSet.Path("ud-english-ewt/en_ewt-ud-train.conllu")), test = TaggedCorpus.Load(DataSet.Path("ud-english-ewt/en_ewt-ud-test.conllu"));
        (IReadOnlyList<string>, IReadOnlyList<string>)[] known = [.. training.Sentences.Select(sentence => (sentence.Words, sentence.Labels!))];
        double most = Accuracy(new MostFrequentTag(known).Tag), hmm = Accuracy(new HiddenMarkovTagger(known).Tag);
        Assert.InRange(most, 0.84, 0.89);
        Assert.InRange(hmm, 0.90, 0.93);

        double Accuracy(Func<IReadOnlyList<string>, string[]> tag) =>
            test.Sentences.AsParallel().Sum(sentence => tag(sentence.Words).Zip(sentence.Labels!).Count(pair => pair.First == pair.Second)) / (double)test.Tokens;
    }

    private static (IReadOnlyList<string>, IReadOnlyList<string>) Sentence(string text)
    {
        string[][] pairs = [.. text.Split(' ').Select(pair => pair.Split('/'))];
        return ([.. pairs.Select(pair => pair[0])], [.. pairs.Select(pair => pair[1])]);
    }
}
