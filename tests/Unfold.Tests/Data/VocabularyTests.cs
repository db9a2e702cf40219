using FsCheck;
using FsCheck.Fluent;
using Unfold.Data;

namespace Unfold.Tests.Data;

public sealed class VocabularyTests
{
    [Fact]
    public void Characters_are_scalar_values_in_the_order_of_their_code_points()
    {
        Vocabulary vocabulary = Vocabulary.OfCharacters("na\u00efve 🙂\n");
        Assert.Equal(["\n", " ", "a", "e", "n", "v", "ï", "🙂"], vocabulary.Tokens);
        Assert.Equal(-1, vocabulary.Unknown);
        Assert.Equal(0, vocabulary.LineEnd);
        Assert.Equal([4, 7, 0], vocabulary.Encode("n🙂\n"));
    }

    [Fact]
    public void A_cap_keeps_the_commonest_characters_and_reads_the_others_as_one()
    {
        Vocabulary vocabulary = Vocabulary.OfCharacters("aaabbbccd", 3);
        Assert.Equal(["\uFFFD", "a", "b"], vocabulary.Tokens);
        Assert.Equal(0, vocabulary.Unknown);
        Assert.Equal([1, 2, 0, 0], vocabulary.Encode("abcz"));
    }

    [Fact]
    public void An_unknown_character_is_named_with_its_place()
    {
        Vocabulary vocabulary = Vocabulary.OfCharacters("ab\n");
        Assert.Equal("The character 'é', U+00E9, at line 2, column 3, is not among the 3 characters that the model knows.",
            Assert.Throws<InputException>(() => vocabulary.Encode("ab\nbaé")).Message);
        Assert.Contains("U+0007, at line 1, column 1,", Assert.Throws<InputException>(() => vocabulary.Encode("\a")).Message);
    }

    [Fact]
    public void Words_are_the_commonest_first_and_those_that_occur_once_are_unknown()
    {
        Vocabulary vocabulary = Vocabulary.OfWords("the cat and the dog\nand  the\tbird <unk>\n");
        Assert.Equal(["<unk>", "<eol>", "the", "and"], vocabulary.Tokens);
        Assert.Equal([2, 0, 3, 2, 0, 1, 3, 2, 0, 0, 1], vocabulary.Encode("the cat and the dog\nand  the\tbird <unk>\n"));
        Assert.Equal("the <unk> and\nand the", vocabulary.Decode([2, 0, 3, 1, 3, 2]));
    }

    [Fact]
    public void Words_of_equal_frequency_are_in_the_order_of_their_letters_and_the_cap_counts_all_tokens()
    {
        Vocabulary vocabulary = Vocabulary.OfWords("b a b a c c c z z", 5);
        Assert.Equal(["<unk>", "<eol>", "c", "a", "b"], vocabulary.Tokens);
    }

    [Fact]
    public void Decoding_gives_the_encoded_text_back() => Prop.ForAll<NonNull<string>>(text =>
    {
        string valid = string.Concat(text.Get.EnumerateRunes());
        if (valid.Length == 0)
            return true;
        Vocabulary vocabulary = Vocabulary.OfCharacters(valid);
        return vocabulary.Decode(vocabulary.Encode(valid)) == valid && vocabulary.Decode(vocabulary.Encode(text.Get)) == valid;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_list_from_a_file_is_checked()
    {
        Assert.Contains("twice", Assert.Throws<ArgumentException>(() => new Vocabulary(TokenKind.Character, ["a", "a"], -1)).Message);
        Assert.Contains("not a character", Assert.Throws<ArgumentException>(() => new Vocabulary(TokenKind.Character, ["ab"], -1)).Message);
        Assert.Contains("not a word", Assert.Throws<ArgumentException>(() => new Vocabulary(TokenKind.Word, [""], 0)).Message);
        Assert.Contains("token 2", Assert.Throws<ArgumentException>(() => new Vocabulary(TokenKind.Character, ["a"], 2)).Message);
        Assert.Contains("<eol>", Assert.Throws<ArgumentException>(() => new Vocabulary(TokenKind.Word, ["a"], 0)).Message);
    }
}
