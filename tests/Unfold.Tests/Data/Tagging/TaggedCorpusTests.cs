using Unfold.Data.Tagging;
using Unfold.Testing;

namespace Unfold.Tests.Data.Tagging;

public sealed class TaggedCorpusTests : IDisposable
{
    private const string Conllu = """
        # sent_id = 1
        # text = Don't go.
        1-2	Don't	_	_	_	_	_	_	_	_
        1	Do	do	AUX	VBP	_	3	aux	_	_
        2	n't	not	PART	RB	_	3	advmod	_	_
        3	go	go	VERB	VB	_	0	root	_	_
        3.1	home	home	ADV	RB	_	_	_	_	_
        4	.	.	PUNCT	.	_	3	punct	_	_

        1	Yes	yes	INTJ	UH	_	0	root	_	_

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-tagging-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Conllu_gives_the_words_that_are_written_in_the_tree()
    {
        TaggedCorpus corpus = TaggedCorpus.Load(Write("a.conllu", Conllu));
        Assert.Equal((2, 5L), (corpus.Sentences.Count, corpus.Tokens));
        Assert.Equal(["Do", "n't", "go", "."], corpus.Sentences[0].Words);
        Assert.Equal(["AUX", "PART", "VERB", "PUNCT"], corpus.Sentences[0].Labels);
        Assert.Equal((1, 10), (corpus.Sentences[0].Line, corpus.Sentences[1].Line));
        TaggedCorpus other = TaggedCorpus.Load(Write("a.conllu", Conllu), TaggedFormat.For("a.conllu", "form,lemma", "xpos"));
        Assert.Equal(["do", "not", "go", "."], other.Sentences[0].Inputs[1]);
        Assert.Equal(["VBP", "RB", "VB", "."], other.Sentences[0].Labels);
    }

    [Fact]
    public void Columns_give_all_but_the_last_as_inputs()
    {
        TaggedCorpus corpus = TaggedCorpus.Load(Write("a.txt", "-DOCSTART- -X- O\n\nthe DT B-NP\ndog NN I-NP\n\n\nran VB  B-VP"));
        Assert.Equal(2, corpus.Sentences.Count);
        Assert.Equal(["DT", "NN"], corpus.Sentences[0].Inputs[1]);
        Assert.Equal(["B-NP", "I-NP"], corpus.Sentences[0].Labels);
        Assert.Equal([1, 2], corpus.Format.Inputs);
        Assert.Equal(3, corpus.Format.Label);
        TaggedCorpus first = TaggedCorpus.Load(Write("b.txt", "DT the x\n"), TaggedFormat.For("b.txt", "2", "1"));
        Assert.Equal(("the", "DT"), (first.Sentences[0].Words[0], first.Sentences[0].Labels![0]));
    }

    [Theory]
    [InlineData("a.txt", "the DT B-NP\ndog NN\n", "a.txt:2: expected 3 columns, as in line 1, but got 2")]
    [InlineData("a.txt", "the\n", "a.txt:1: expected a column for the word and one for its label, but got 1 column")]
    [InlineData("a.txt", "\n\n", "has no sentence")]
    [InlineData("a.conllu", "1\tthe\n", "a.conllu:1: CoNLL-U has 10 columns with a tab between, but this line has 2")]
    [InlineData("a.conllu", "1 the _ _ _ _ _ _ _ _\n", "are there spaces for tabs?")]
    [InlineData("a.conllu", "2\tthe\t_\tDET\t_\t_\t_\t_\t_\t_\n", "a.conllu:1: expected the ID 1, but got '2'")]
    [InlineData("a.conllu", "1\tthe\t_\t_\t_\t_\t_\t_\t_\t_\n", "a.conllu:1: the word 'the' has no UPOS")]
    [InlineData("a.conllu", "1\tthe\t_\tDET\t_\t_\t_\t_\t_\t_\n# no\n", "a.conllu:2: a comment stands in the midst of a sentence")]
    [InlineData("a.conllu", "1-x\tthe\t_\tDET\t_\t_\t_\t_\t_\t_\n", "a.conllu:1: '1-x' is no ID")]
    public void What_is_wrong_is_named_with_its_line(string name, string text, string message) =>
        Assert.Contains(message, Assert.Throws<InputException>(() => TaggedCorpus.Load(Write(name, text))).Message);

    [Theory]
    [InlineData("a.conllu", "form,from", null, "'from' is no column of CoNLL-U")]
    [InlineData("a.conllu", "11", null, "'11' is no column of CoNLL-U")]
    [InlineData("a.txt", "form", null, "'form' is no column: they are numbers from 1")]
    [InlineData("a.txt", "1,1", null, "name one of them twice")]
    [InlineData("a.txt", "1,2", "2", "the label's column 2 cannot be an input too")]
    public void Columns_that_cannot_be_are_refused(string name, string? inputs, string? label, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => TaggedFormat.For(name, inputs, label)).Message);

    [Fact]
    public void Files_that_are_no_text_are_refused()
    {
        File.WriteAllBytes(At("a.txt"), [0xC3, 0x28, 0x20, 0x42]);
        Assert.Contains("UTF-8", Assert.Throws<InputException>(() => TaggedCorpus.Load(At("a.txt"))).Message);
    }

    [Fact]
    public void Sentences_are_written_as_they_were_read_with_other_labels()
    {
        TaggedCorpus corpus = TaggedCorpus.Load(Write("a.conllu", Conllu));
        Assert.Equal(Conllu.ReplaceLineEndings("\n") + "\n", string.Concat(corpus.Sentences.Select(sentence => TaggedWriter.Write(sentence, sentence.Labels!, corpus.Format))));
        string other = TaggedWriter.Write(corpus.Sentences[1], ["NOUN"], corpus.Format);
        Assert.Equal("1\tYes\tyes\tNOUN\tUH\t_\t0\troot\t_\t_\n\n", other);

        TaggedFormat columns = TaggedCorpus.Load(Write("a.txt", "the DT B-NP\n")).Format;
        TaggedSentence bare = Assert.Single(TaggedCorpus.Stream(new StringReader("dog NN\n"), "standard input", columns));
        Assert.Equal("dog NN I-NP\n\n", TaggedWriter.Write(bare, ["I-NP"], columns));
        Assert.Null(bare.Labels);
        Assert.Throws<ArgumentException>(() => TaggedWriter.Write(bare, [], columns));
    }

    [Fact]
    public void A_stream_gives_each_sentence_as_soon_as_it_has_ended()
    {
        TaggedFormat format = TaggedCorpus.Load(Write("a.txt", "the DT B-NP\n")).Format;
        using FailingReader lines = new("a X\n\nb Y\n");
        using IEnumerator<TaggedSentence> sentences = TaggedCorpus.Stream(lines, "standard input", format).GetEnumerator();
        Assert.True(sentences.MoveNext());
        Assert.Equal(["a"], sentences.Current.Words);
        Assert.Throws<IOException>(() => sentences.MoveNext());
    }

    [Fact]
    public void A_directory_is_read_by_the_names_of_its_files()
    {
        Assert.Contains("no file with 'train' in its name", Assert.Throws<InputException>(() => TaggedFiles.Load(_folder)).Message);
        Write("x-train.txt", "a X\n");
        Write("x-dev.txt", "b X\n");
        Write("README", "nothing");
        TaggedFiles files = TaggedFiles.Load(_folder);
        Assert.Equal(("a", "b", null), (files.Training.Sentences[0].Words[0], files.Validation!.Sentences[0].Words[0], files.Test));
        Write("y-train.txt", "a X\n");
        Assert.Contains("has 2 files for train", Assert.Throws<InputException>(() => TaggedFiles.Load(_folder)).Message);
    }

    [Fact]
    public void Parts_share_no_sentence_and_depend_on_the_seed()
    {
        TaggedCorpus all = TaggedCorpus.Load(Write("a.txt", string.Concat(Enumerable.Range(0, 50).Select(i => $"w{i} X\n\n"))));
        (TaggedCorpus training, TaggedCorpus? heldOut) = all.Split(0.2, 3);
        Assert.Equal((40, 10), (training.Sentences.Count, heldOut!.Sentences.Count));
        Assert.Equal(50, training.Sentences.Concat(heldOut.Sentences).Select(sentence => sentence.Words[0]).Distinct().Count());
        Assert.NotEqual(heldOut.Fingerprint(), all.Split(0.2, 4).HeldOut!.Fingerprint());
        Assert.Null(all.Split(0, 3).HeldOut);
        Assert.Throws<InputException>(() => TaggedCorpus.Load(Write("b.txt", "a X\n")).Split(0.1, 1));
    }

    [DataTheory("ud-english-ewt")]
    [InlineData("train", 12544, 204577)]
    [InlineData("dev", 2001, 25147)]
    [InlineData("test", 2077, 25094)]
    public void The_English_web_treebank_is_read_whole(string part, int sentences, int tokens)
    {
        string path = DataSet.Path($"ud-english-ewt/en_ewt-ud-{part}.conllu");
        TaggedCorpus corpus = TaggedCorpus.Load(path);
        Assert.Equal((sentences, tokens), (corpus.Sentences.Count, (int)corpus.Tokens));
        Assert.Equal(File.ReadAllText(path), string.Concat(corpus.Sentences.Select(sentence => TaggedWriter.Write(sentence, sentence.Labels!, corpus.Format))));
    }

    private string At(string name) => Path.Combine(_folder, name);

    private string Write(string name, string text)
    {
        File.WriteAllText(At(name), text.ReplaceLineEndings("\n"));
        return At(name);
    }

    /// <summary>Lines that fail when more is asked for than a sentence needs.</summary>
    private sealed class FailingReader(string text) : StringReader(text)
    {
        private int _lines;

        public override string? ReadLine() => ++_lines > 2 ? throw new IOException() : base.ReadLine();
    }
}
