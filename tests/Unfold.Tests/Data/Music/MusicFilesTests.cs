using Unfold.Data.Music;
using Unfold.Testing;

namespace Unfold.Tests.Data.Music;

public sealed class MusicFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-music-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Lists_of_pieces_with_rests_and_silence()
    {
        MusicFiles music = Load("{\"train\": [[[64, 60, -1], [], [60.0, 60]], []], \"test\": [[[21], [108]]]}");
        Assert.Equal("1 piece, 3 steps", music.Training.ToString());
        Assert.Equal([60, 64], music.Training[0][0]);
        Assert.Empty(music.Training[0][1]);
        Assert.Equal([60], music.Training[0][2]);
        Assert.Null(music.Validation);
        Assert.Equal(2, music.Test!.Steps);
        Assert.Equal(["1 piece without a step was left out"], music.Notes);
        Assert.Equal(1, Load("[[[60]]]").Training.Count);
    }

    [Theory]
    [InlineData("{\"train\": [[[20]]]}", "train, piece 1, step 1: pitches are from 21 to 108")]
    [InlineData("{\"train\": [[[60], [\"C4\"]]]}", "train, piece 1, step 2: a note should be a whole number, but is \"C4\"")]
    [InlineData("{\"train\": [[60]]}", "train, piece 1, step 1: a list of MIDI numbers was expected, but here is 60")]
    [InlineData("{\"train\": [[[60.5]]]}", "a note should be a whole number")]
    [InlineData("{\"songs\": []}", "should hold a list of pieces, or an object with the lists 'train'")]
    [InlineData("{\"train\": []}", "no piece with a step in 'train'")]
    [InlineData("[[[60]],\n[[61", "line 2: this is not JSON")]
    [InlineData("[[[[[[[[[[60]]]]]]]]]]", "this is not JSON")]
    public void What_is_wrong_is_told_with_its_place(string text, string message) => Assert.Contains(message, Assert.Throws<InputException>(() => Load(text)).Message);

    [DataFact("jsb-chorales")]
    public void The_chorales_are_read()
    {
        MusicFiles music = MusicFiles.Load(DataSet.Path("jsb-chorales/jsb-chorales-quarter.json"));
        Assert.Equal((229, 76, 77), (music.Training.Count, music.Validation!.Count, music.Test!.Count));
        Assert.Equal((13_807, 4_602, 4_725), (music.Training.Steps, music.Validation.Steps, music.Test.Steps));
    }

    private MusicFiles Load(string text)
    {
        string path = Path.Combine(_folder, "music.json");
        File.WriteAllText(path, text);
        return MusicFiles.Load(path);
    }
}
