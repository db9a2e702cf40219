using System.Text;

namespace Unfold.Cli.Tests;

/// <summary><c>--tensorboard</c> of every command that trains: the events hold the gates of each recurrent layer.</summary>
public sealed class TensorBoardTests
{
    [Theory]
    [InlineData("text text.txt --sample 0 --unroll 8 --cell gru --layers 2", "rnn.l0/z rnn.l1/n")]
    [InlineData("classify names --bidirectional --cell lstm", "forward.l0/f backward.l0/f")]
    [InlineData("tag tagged.txt --characters 4 --validation 0 --cell lstm", "l0/f l0/o")]
    [InlineData("forecast sales.csv --horizon 2 --look-back 4 --cell lstm", "l0/i l0/g")]
    [InlineData("music scales.json --cell lstm", "l0/i l0/g")]
    [InlineData("synthetic copy --length 5 --steps 2 --cell lstm", "sequence.l0/i")]
    [InlineData("image images.csv --as-sequence --cell rnn", "l0/h'")]
    public void GatesAreAmongTheEvents(string command, string gates)
    {
        using TemporaryFolder folder = Data();
        using UnfoldProcess run = UnfoldProcess.Run(folder.Path, ["train", .. command.Split(' '), "--hidden", "4", "--epochs", "1", "--batch", "4", "--tensorboard", "events"]);
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
        string events = Encoding.Latin1.GetString(File.ReadAllBytes(Assert.Single(Directory.GetFiles(folder["events"]))));
        foreach (string gate in gates.Split(' '))
            Assert.Matches($"gates/[a-z_0-9.]*{gate}", events);
    }

    private static TemporaryFolder Data()
    {
        var folder = new TemporaryFolder();
        folder.Write("text.txt", string.Concat(Enumerable.Repeat("the cat sat on the mat.\nthe dog ran to the cat.\n", 20)));
        Directory.CreateDirectory(folder["names"]);
        File.WriteAllText(folder["names/vowels.txt"], string.Concat(Enumerable.Repeat("aei\niou\n", 10)));
        File.WriteAllText(folder["names/consonants.txt"], string.Concat(Enumerable.Repeat("bcdf\nklm\n", 10)));
        folder.Write("tagged.txt", string.Concat(Enumerable.Repeat("the DT B-NP\ndog NN I-NP\nruns VB O\n\n", 20)));
        folder.Write("sales.csv", "month,sales\n" + string.Concat(Enumerable.Range(0, 60).Select(t => $"{new DateTime(2010, 1, 1).AddMonths(t):yyyy-MM},{t % 12}\n")));
        string piece = "[" + string.Join(',', Enumerable.Range(0, 12).Select(t => $"[{60 + t},{64 + t}]")) + "]";
        folder.Write("scales.json", $"{{\"train\":[{piece},{piece}],\"valid\":[{piece}],\"test\":[{piece}]}}");
        folder.Write("images.csv", string.Concat(Enumerable.Range(0, 20).Select(i => $"{i % 2}," + string.Join(',', Enumerable.Range(0, 9).Select(pixel => pixel * i)) + "\n")));
        return folder;
    }
}
