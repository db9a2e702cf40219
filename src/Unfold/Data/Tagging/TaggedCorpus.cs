using System.Security.Cryptography;
using System.Text;
using Unfold.Kernels.Random;

namespace Unfold.Data.Tagging;

/// <summary>Sentences with a label for each token, read from a file.</summary>
public sealed class TaggedCorpus
{
    private const uint SplitPlace = 0x5461_6773;

    private TaggedCorpus(IReadOnlyList<TaggedSentence> sentences, TaggedFormat format, string path)
    {
        (Sentences, Format, Path) = (sentences, format, path);
        foreach (TaggedSentence sentence in sentences)
            Tokens += sentence.Count;
    }

    /// <summary>The sentences.</summary>
    public IReadOnlyList<TaggedSentence> Sentences { get; }

    /// <summary>The format in which they were read, all columns as numbers.</summary>
    public TaggedFormat Format { get; }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>How many tokens in all.</summary>
    public long Tokens { get; }

    /// <summary>Reads a file, UTF-8.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">How it is to be read; null for what its name says: see <see cref="TaggedFormat.For"/>.</param>
    /// <param name="labelled">Whether each token must have a label; true by default.</param>
    /// <exception cref="InputException">The file is missing, no UTF-8, without a sentence, or a line is not as it should be; the message names the line.</exception>
    public static TaggedCorpus Load(string path, TaggedFormat? format = null, bool labelled = true)
    {
        string text = TextCorpus.ReadText(path);
        TaggedReader reader = new(new StringReader(text), path, format ?? TaggedFormat.For(path), labelled);
        List<TaggedSentence> sentences = [];
        while (reader.Next() is TaggedSentence sentence)
            sentences.Add(sentence);
        return sentences.Count > 0 ? new TaggedCorpus(sentences, reader.Format, path) : throw new InputException($"'{path}' has no sentence.");
    }

    /// <summary>Reads sentences one by one as they come, without labels.</summary>
    /// <param name="lines">Where they come from.</param>
    /// <param name="name">What that is called in complaints.</param>
    /// <param name="format">How they are to be read.</param>
    /// <exception cref="InputException">A line is not as it should be.</exception>
    public static IEnumerable<TaggedSentence> Stream(TextReader lines, string name, TaggedFormat format)
    {
        TaggedReader reader = new(lines, name, format, labelled: false);
        while (reader.Next() is TaggedSentence sentence)
            yield return sentence;
    }

    /// <summary>Sets sentences aside by chance.</summary>
    /// <param name="share">Their share; 0 to below 1, but at least one sentence unless 0.</param>
    /// <param name="seed">What the choice depends on.</param>
    /// <returns>The others, and those set aside; null for none.</returns>
    /// <exception cref="InputException">No sentence would be left.</exception>
    public (TaggedCorpus Training, TaggedCorpus? HeldOut) Split(double share, ulong seed)
    {
        int count = share <= 0 ? 0 : Math.Max(1, (int)Math.Round(share * Sentences.Count));
        if (count == 0)
            return (this, null);
        if (count >= Sentences.Count)
            throw new InputException($"'{Path}' has {Sentences.Count} sentences, of which none is left when {share:P0} are held out.");
        HashSet<int> chosen = [.. Enumerable.Range(0, Sentences.Count).OrderBy(i => CountedRandom.Bits(seed, SplitPlace, (ulong)i, 0, 0)).ThenBy(i => i).Take(count)];
        return (Part(i => !chosen.Contains(i)), Part(chosen.Contains));

        TaggedCorpus Part(Func<int, bool> belongs) => new([.. Sentences.Where((_, i) => belongs(i))], Format, Path);
    }

    /// <summary>A number that two corpora share only if they are the same: by it a checkpoint knows its data.</summary>
    internal string Fingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (TaggedSentence sentence in Sentences)
        {
            foreach (IEnumerable<string> column in sentence.Inputs.Append([.. sentence.Labels ?? []]))
                hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\t', column) + '\n'));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
