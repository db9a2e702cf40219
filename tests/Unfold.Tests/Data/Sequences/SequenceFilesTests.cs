using Unfold.Data.Sequences;
using Unfold.Testing;

namespace Unfold.Tests.Data.Sequences;

public sealed class SequenceFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-sequences-").FullName;

    [Fact]
    public void Ts_files_have_channels_and_unequal_lengths()
    {
        SequenceDataset data = Load("a.ts", "# a comment\n@classLabel true x y\n@data\n1,2,3:4,5,6:y\n7:8:x\n\n?,2:1,NaN:y\n");
        Assert.Equal((SequenceInput.Series, 2, 3), (data.Input, data.Width, data.Count));
        Assert.Equal(["x", "y"], data.Classes);
        Assert.Equal([1, 4, 2, 5, 3, 6], data[0].Values);
        Assert.Equal([7, 8], data[1].Values);
        Assert.Equal([2, 1, 2, 1], data[2].Values);
        Assert.Equal([1], data[0].Labels);
        Assert.Equal([0], data[1].Labels);
        Assert.EndsWith("a.ts', line 5", data[1].Place);
        Assert.Equal(["2 missing values took that of the step before"], data.Notes);
    }

    [Fact]
    public void Lines_begin_with_their_label_and_may_end_early()
    {
        SequenceDataset data = Load("a.txt", "  1.0000000e+00  2 3 4\n -1.0000000e+00\t5 6 NaN\n");
        Assert.Equal(["-1", "1"], data.Classes);
        Assert.Equal([2, 3, 4], data[0].Values);
        Assert.Equal([5, 6], data[1].Values);
        Assert.Equal((1, 0), (data[0].Labels[0], data[1].Labels[0]));
    }

    [Fact]
    public void Csv_files_hold_texts_or_series_by_line_or_by_step()
    {
        SequenceDataset texts = Load("a.csv", "id,text,label\n1,\"He said \"\"no\"\", twice\nand left\",b\n2,yes,a\n3,,a\n");
        Assert.Equal((SequenceInput.Text, 2), (texts.Input, texts.Count));
        Assert.Equal("He said \"no\", twice\nand left", texts[0].Text);
        Assert.Equal(["a", "b"], texts.Classes);
        Assert.EndsWith("line 4", texts[1].Place);
        Assert.Equal(["1 lines without a text were left out"], texts.Notes);

        SequenceDataset lines = Load("b.csv", "u,1,2,3\nv,4,5,\n");
        Assert.Equal([4, 5], lines[1].Values);

        SequenceDataset steps = Load("c.csv", "n,x,y,class\n7,1,2,u\n7,3,4,u\n8,5,6,v\n", new SequenceFileOptions { SequenceColumn = "n" });
        Assert.Equal((2, 2), (steps.Count, steps.Width));
        Assert.Equal([1, 2, 3, 4], steps[0].Values);

        SequenceDataset several = Load("d.csv", "text,label\nbig red,size;colour\nplain,\n", new SequenceFileOptions { MultiLabel = true });
        Assert.Equal(["colour", "size"], several.Classes);
        Assert.Equal([0, 1], several[0].Labels);
        Assert.Empty(several[1].Labels);
        Assert.True(several.HasSeveralLabels);
    }

    [Fact]
    public void Directories_tell_classes_by_file_by_directory_and_by_name()
    {
        Write("names/French.txt", "Arnaud\n\nÉmile\n");
        Write("names/Welsh.txt", "Owen\n");
        Write("names/SOURCE.md", "not a class");
        SequenceDataset names = SequenceFiles.Load(At("names")).Training;
        Assert.Equal(["French", "Welsh"], names.Classes);
        Assert.Equal((3, "Émile"), (names.Count, names[1].Text));

        Write("rt/films.neg", "bad\n");
        Write("rt/films.pos", "good\n");
        Assert.Equal(["neg", "pos"], SequenceFiles.Load(At("rt")).Training.Classes);

        Write("docs/u/1.txt", "one\ntwo\n");
        Write("docs/v/2.txt", "three\n");
        Write("docs/v/3.txt", "\n");
        SequenceDataset docs = SequenceFiles.Load(At("docs")).Training;
        Assert.Equal((2, "one\ntwo"), (docs.Count, docs[0].Text));
        Assert.Equal(["1 empty files were left out"], docs.Notes);

        Write("split/A_TRAIN.ts", "@data\n1,2:u\n1,3:v\n");
        Write("split/A_TEST.ts", "@data\n4,5:v\n");
        SequenceFiles split = SequenceFiles.Load(At("split"));
        Assert.Equal(1, split.Test![0].Labels[0]);

        SequenceFiles byName = SequenceFiles.Load(At("names"), new SequenceFileOptions { Pattern = "*.txt", TestPattern = "Fr*" } with { TestPattern = null });
        Assert.Null(byName.Test);
    }

    [Theory]
    [InlineData("a.ts", "@data\n1,2:u\n1,x:u\n", "'FILE', line 3: value 2 should be a number, but is 'x'.")]
    [InlineData("a.ts", "@data\n1,2:u\n1,2:3:u\n", "line 3: channel 2 has 1 values, but channel 1 has 2.")]
    [InlineData("a.ts", "@data\n1,2:u\n1,2:3,4:u\n", "line 3: the sequence has 2 channels, but the first has 1.")]
    [InlineData("a.ts", "@data\n1,2\n", "line 2: channels and, behind a colon, a label were expected")]
    [InlineData("a.ts", "1,2:u\n", "line 1: a line of the head was expected")]
    [InlineData("a.ts", "@data\n:u\n", "line 2: the sequence is empty.")]
    [InlineData("a.ts", "@data\n1:\n", "line 2: the label is missing.")]
    [InlineData("a.ts", "@data\n?,?:u\n", "line 2: channel 1 has no value at any of its 2 steps.")]
    [InlineData("a.ts", "@data\n", "There is no sequence in")]
    [InlineData("a.txt", "1 2 3\n1 2\n", "line 2: the line has 1 values, but the first has 2. A shorter series ends with NaN")]
    [InlineData("a.txt", "some words\n", "line 1: value 1 should be a number, but is 'words'.")]
    [InlineData("a.csv", "label,a,b\nu,1,2\nv,1\n", "line 3: the line has 2 cells, but 3 were expected, as in the first line. A shorter series ends with empty cells.")]
    [InlineData("a.csv", "label,a,b\nu,1,2\nv,1,two\n", "line 3: value 2 should be a number, but is 'two'.")]
    [InlineData("a.csv", "text,kind\nu,1\n", "has no column 'label' or 'class'. Its columns are 'text', 'kind'")]
    [InlineData("a.csv", "text,label\n\"u,1\n", "a quotation mark stands where none may")]
    [InlineData("a.dat", "1", "is no file of sequences")]
    public void A_wrong_line_is_told_with_its_file_and_number(string name, string content, string message) =>
        Assert.Contains(message.Replace("FILE", At(name), StringComparison.Ordinal), Refusal(name, content), StringComparison.Ordinal);

    [Fact]
    public void A_label_that_training_does_not_have_is_told_with_its_place()
    {
        Write("split/A_TRAIN.ts", "@data\n1,2:u\n1,3:v\n");
        Write("split/A_TEST.ts", "@data\n4,5:v\n4,5:w\n");
        Assert.Contains("A_TEST.ts', line 3: the label 'w' is not among the 2 that the model knows: u, v.", Assert.Throws<InputException>(() => SequenceFiles.Load(At("split"))).Message);
    }

    [Fact]
    public void A_split_keeps_the_classes_shares()
    {
        SequenceDataset data = Load("a.txt", string.Concat(Enumerable.Range(0, 100).Select(i => $"{(i % 10 == 0 ? 1 : 0)} {i}\n")));
        (SequenceDataset training, SequenceDataset? heldOut) = data.Split(0.2, 3);
        Assert.Equal((80, 20), (training.Count, heldOut!.Count));
        Assert.Equal(2, Enumerable.Range(0, 20).Count(i => heldOut[i].Labels[0] == 1));
        Assert.NotEqual(data.Fingerprint(), training.Fingerprint());
        Assert.Equal(training.Fingerprint(), data.Split(0.2, 3).Training.Fingerprint());
    }

    [DataTheory("ts-classification")]
    [InlineData("GunPoint", 50, 150, 1, 2)]
    [InlineData("JapaneseVowels", 270, 370, 12, 9)]
    [InlineData("BasicMotions", 40, 40, 6, 4)]
    [InlineData("ECG200", 100, 100, 1, 2)]
    [InlineData("SyntheticControl", 300, 300, 1, 6)]
    public void The_archives_files_are_read(string name, int training, int test, int width, int classes)
    {
        SequenceFiles files = SequenceFiles.Load(Path.Combine(DataSet.Path("ts-classification"), name));
        Assert.Equal((training, test, width, classes), (files.Training.Count, files.Test!.Count, files.Training.Width, files.Training.Classes.Count));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private void Write(string name, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllText(At(name), content);
    }

    private SequenceDataset Load(string name, string content, SequenceFileOptions? options = null)
    {
        Write(name, content);
        return SequenceFiles.Load(At(name), options).Training;
    }

    private string Refusal(string name, string content) => Assert.Throws<InputException>(() => Load(name, content)).Message;
}
