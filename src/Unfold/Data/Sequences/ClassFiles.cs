using Unfold.Formats.Wav;

namespace Unfold.Data.Sequences;

/// <summary>Files whose place or name tells the class of what is in them: texts by file or by directory, recordings by directory or by the beginning of their names.</summary>
internal static class ClassFiles
{
    /// <summary>Reads files.</summary>
    /// <param name="root">The directory that was named.</param>
    /// <param name="files">The files below it, in order.</param>
    /// <param name="options">What the files do not say.</param>
    /// <exception cref="InputException">There are no files, of two kinds, or one is not as it should be.</exception>
    internal static SequenceDataset Read(string root, string[] files, SequenceFileOptions options)
    {
        if (files.Length == 0)
            throw new InputException($"There is no file{(options.Pattern is null ? "" : $" like '{options.Pattern}'")} in '{root}'.");
        int recordings = files.Count(IsRecording);
        if (recordings > 0 && recordings < files.Length)
            throw new InputException($"'{root}' holds {recordings} WAV files and {files.Length - recordings} others, '{files.First(file => !IsRecording(file))}' among them: choose by a pattern.");
        SequenceCollector found = new(recordings > 0 ? SequenceInput.Audio : SequenceInput.Text);
        bool byDirectory = files.Any(file => Directories(root, file).Length > 0);
        bool sameStems = files.Length > 1 && files.Select(file => Path.GetFileNameWithoutExtension(file)).Distinct().Count() == 1;
        foreach (string file in files)
        {
            string[] directories = Directories(root, file);
            if (byDirectory && directories.Length == 0)
                throw new InputException($"'{file}' lies beside directories that each hold a class: it belongs into one of them.");
            string name = byDirectory ? directories[0] : sameStems ? Path.GetExtension(file).TrimStart('.') : Path.GetFileNameWithoutExtension(file);
            if (recordings > 0)
                AddRecording(found, file, byDirectory ? name : Beginning(name), options);
            else if (byDirectory)
                AddText(found, TextCorpus.ReadText(file), name, $"'{file}'");
            else
                AddLines(found, file, name);
        }

        return found.Finish(root);
    }

    private static bool IsRecording(string file) => file.EndsWith(".wav", StringComparison.OrdinalIgnoreCase);

    private static string[] Directories(string root, string file) => Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar)[..^1];

    private static string Beginning(string name) => name.Contains('_', StringComparison.Ordinal) ? name[..name.IndexOf('_', StringComparison.Ordinal)] : name;

    private static void AddRecording(SequenceCollector found, string file, string name, SequenceFileOptions options)
    {
        WavFile recording = WavFile.Read(file);
        if (recording.Samples.Length == 0)
            throw new InputException($"'{file}' holds no sample.");
        if (recording.Channels > 1)
            found.Note("recordings of several channels were mixed into one");
        found.AddValues(recording.Samples, recording.Rate, SequenceNumbers.Labels(name, options, $"'{file}'"), $"'{file}'");
    }

    private static void AddLines(SequenceCollector found, string file, string name)
    {
        int number = 0;
        foreach (string line in TextCorpus.ReadText(file).Split('\n'))
        {
            number++;
            AddText(found, line, name, $"'{file}', line {number}");
        }
    }

    private static void AddText(SequenceCollector found, string text, string name, string place)
    {
        string trimmed = text.Trim();
        if (trimmed.Length > 0)
            found.AddText(trimmed, [name], place);
        else if (!place.Contains(", line", StringComparison.Ordinal))
            found.Note("empty files were left out");
    }
}
