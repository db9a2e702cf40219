using System.Text;
using Unfold.Data;

namespace Unfold.Tests.Data;

public sealed class TextCorpusTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-corpus-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Directories_are_read_in_the_order_of_names_without_build_outputs_and_hidden_files()
    {
        Write("b/two.cs", "two\r\n");
        Write("a/one.cs", "one");
        Write("a/one.txt", "text");
        Write("obj/no.cs", "no");
        Write("b/bin/no.cs", "no");
        Write(".hidden/no.cs", "no");
        Write("a/.no.cs", "no");
        TextCorpus corpus = TextCorpus.Load([_folder], "*.cs");
        Assert.Equal("one\ntwo\n", corpus.Text);
        Assert.Equal(["one.cs", "two.cs"], corpus.Files.Select(Path.GetFileName));
    }

    [Fact]
    public void A_single_file_is_taken_as_it_is_but_for_its_byte_order_mark_and_line_ends()
    {
        string path = Path.Combine(_folder, "text");
        File.WriteAllBytes(path, [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("é\r\n\f\u2028x\ry")]);
        Assert.Equal("é\n\f\u2028x\ny", TextCorpus.Load([path]).Text);
    }

    [Fact]
    public void What_cannot_be_used_is_refused_in_one_line_that_names_it()
    {
        string binary = Write("binary", "ab\0c");
        Assert.Equal($"'{binary}' is not a text: it has a zero byte at position 2.", Refusal(binary));
        string empty = Write("empty", "");
        Assert.Equal($"'{empty}' is empty.", Refusal(empty));
        string latin = Path.Combine(_folder, "latin");
        File.WriteAllBytes(latin, [0x61, 0xE9, 0x62]);
        Assert.Equal($"'{latin}' is not UTF-8 text: in line 1, the bytes at position 1 are no character. Convert it to UTF-8 first.", Refusal(latin));
        string missing = Path.Combine(_folder, "missing");
        Assert.Equal($"There is no file '{missing}'.", Refusal(missing));
        Assert.Equal($"There is no file like '*.java' in '{_folder}'.", Assert.Throws<InputException>(() => TextCorpus.Load([_folder], "*.java")).Message);
        Assert.Equal("The text is empty.", Assert.Throws<InputException>(() => TextCorpus.FromText("")).Message);
    }

    [Theory]
    [InlineData("abcdefghij", 0.1, TokenKind.Character, "j")]
    [InlineData("abcdefghij", 0, TokenKind.Character, "")]
    [InlineData("🙂🙂🙂🙂", 0.5, TokenKind.Character, "🙂🙂")]
    [InlineData("one two three", 0.4, TokenKind.Word, "three")]
    [InlineData("one\ntwo\nthree", 0.7, TokenKind.Word, "two\nthree")]
    public void The_tail_is_held_out(string text, double share, TokenKind kind, string heldOut)
    {
        (string training, string tail) = TextSplit.Divide(text, share, kind);
        Assert.Equal(heldOut, tail);
        Assert.Equal(text, training + tail);
    }

    private static string Refusal(string path) => Assert.Throws<InputException>(() => TextCorpus.Load([path])).Message;

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
