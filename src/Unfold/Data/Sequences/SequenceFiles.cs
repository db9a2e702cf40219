using System.IO.Enumeration;

namespace Unfold.Data.Sequences;

/// <summary>Sequences read from files: those to train on, and those to test on where the files say which they are.</summary>
/// <param name="Training">The sequences to train on.</param>
/// <param name="Test">The sequences to test on, with the same classes; null where the files name none.</param>
public sealed record SequenceFiles(SequenceDataset Training, SequenceDataset? Test)
{
    private static readonly string[] SeriesEndings = [".ts", ".tsv", ".txt", ".csv"];

    /// <summary>
    /// Reads sequences: a file of series (<c>.ts</c>; <c>.tsv</c> or <c>.txt</c> with the label first on each line; <c>.csv</c>); a CSV file with a column of texts; a directory with the files
    /// <c>NAME_TRAIN</c> and <c>NAME_TEST</c> of such series; a directory with a text file for each class, a text on each line; a directory with a directory for each class, of texts or WAV files; or a
    /// directory of WAV files whose names begin with their class and an underscore.
    /// </summary>
    /// <param name="path">A file or a directory.</param>
    /// <param name="options">What the files do not say; null for the defaults.</param>
    /// <returns>The sequences.</returns>
    /// <exception cref="InputException">Nothing of that is there, or what is there cannot be read; with the file and the line.</exception>
    public static SequenceFiles Load(string path, SequenceFileOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new SequenceFileOptions();
        if (File.Exists(path))
            return new SequenceFiles(LoadFile(path, options), null);
        if (!Directory.Exists(path))
            throw new InputException($"Cannot read '{path}': there is no such file or directory.");
        string[] files = Files(path, options.Pattern);
        string[] training = [.. files.Where(file => IsPart(file, "_TRAIN"))], test = [.. files.Where(file => IsPart(file, "_TEST"))];
        if (training.Length == 1)
        {
            SequenceDataset first = LoadFile(training[0], options);
            return new SequenceFiles(first, test.Length == 1 ? LoadFile(test[0], options).WithClasses(first.Classes) : null);
        }

        if (training.Length > 1)
            throw new InputException($"'{path}' holds {training.Length} files to train on, '{Path.GetFileName(training[0])}' the first: name one of them.");
        bool[] isTest = [.. files.Select(file => options.TestPattern is not null && FileSystemName.MatchesSimpleExpression(options.TestPattern, Path.GetFileName(file)))];
        string[] toTrain = [.. files.Where((_, i) => !isTest[i])], toTest = [.. files.Where((_, i) => isTest[i])];
        if (options.TestPattern is not null && (toTest.Length == 0 || toTrain.Length == 0))
            throw new InputException($"The pattern '{options.TestPattern}' takes {toTest.Length} of the {files.Length} files in '{path}' to test on: some must be left on either side.");
        SequenceDataset found = ClassFiles.Read(path, toTrain, options);
        return new SequenceFiles(found, toTest.Length == 0 ? null : ClassFiles.Read(path, toTest, options).WithClasses(found.Classes));
    }

    private static SequenceDataset LoadFile(string path, SequenceFileOptions options)
    {
        string ending = Path.GetExtension(path).ToLowerInvariant();
        return ending switch
        {
            ".ts" => TsFile.Read(path, options),
            ".csv" => CsvSequences.Read(path, options),
            ".tsv" or ".txt" => LabelledLines.Read(path, options),
            ".wav" => ClassFiles.Read(Path.GetDirectoryName(Path.GetFullPath(path))!, [path], options),
            _ => throw new InputException($"'{path}' is no file of sequences: {string.Join(", ", SeriesEndings)} or .wav was expected, or a directory."),
        };
    }

    private static bool IsPart(string file, string part) =>
        Path.GetFileNameWithoutExtension(file).EndsWith(part, StringComparison.OrdinalIgnoreCase) && SeriesEndings.Contains(Path.GetExtension(file).ToLowerInvariant());

    private static string[] Files(string path, string? pattern)
    {
        try
        {
            return [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Where(file => Path.GetFileName(file)[0] != '.'
                    && (pattern is null ? !file.EndsWith(".md", StringComparison.OrdinalIgnoreCase) : FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(file))))
                .Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot read the directory '{path}': {e.Message.TrimEnd('.')}.", e);
        }
    }
}
