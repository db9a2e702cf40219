namespace Unfold.Data.Tagging;

/// <summary>Tagged sentences to train on and, where there are such, those to measure on after each epoch and those to test on at the end.</summary>
/// <param name="Training">To train on.</param>
/// <param name="Validation">To measure on after each epoch; null for none.</param>
/// <param name="Test">To test on; null for none.</param>
public sealed record TaggedFiles(TaggedCorpus Training, TaggedCorpus? Validation = null, TaggedCorpus? Test = null)
{
    private static readonly string[] Endings = [".conllu", ".conll-u", ".conll", ".txt", ".tsv", ".bio", ".iob"];

    /// <summary>Reads a file; or a directory, whose one file with <c>train</c> in its name is trained on, and those with <c>dev</c> or <c>valid</c> and with <c>test</c> likewise.</summary>
    /// <param name="path">The file or directory.</param>
    /// <param name="columns">Which columns are read, as for <see cref="TaggedFormat.For"/>; null for the usual ones.</param>
    /// <param name="label">Which column is the label; null for the usual one.</param>
    /// <exception cref="InputException">A file is missing or not as it should be, or a directory has not one file to train on.</exception>
    /// <exception cref="FormatException">A column has no such name or number.</exception>
    public static TaggedFiles Load(string path, string? columns = null, string? label = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!Directory.Exists(path))
            return new TaggedFiles(Read(path));
        string[] files = [.. Directory.GetFiles(path).Where(file => Endings.Contains(Path.GetExtension(file).ToLowerInvariant())).Order(StringComparer.Ordinal)];
        string training = Only("train", "train") ?? throw new InputException($"The directory '{path}' has no file with 'train' in its name that ends in {string.Join(", ", Endings)}: name the file itself.");
        string? validation = Only("validation", "dev", "valid"), test = Only("test", "test");
        return new TaggedFiles(Read(training), validation is null ? null : Read(validation), test is null ? null : Read(test));

        TaggedCorpus Read(string file) => TaggedCorpus.Load(file, TaggedFormat.For(file, columns, label));

        string? Only(string purpose, params string[] parts)
        {
            string[] found = [.. files.Where(file => parts.Any(part => Path.GetFileName(file).Contains(part, StringComparison.OrdinalIgnoreCase)))];
            return found.Length <= 1 ? found.FirstOrDefault() : throw new InputException(
                $"The directory '{path}' has {found.Length} files for {purpose}, '{Path.GetFileName(found[0])}' and '{Path.GetFileName(found[1])}' among them: name the files themselves.");
        }
    }
}
