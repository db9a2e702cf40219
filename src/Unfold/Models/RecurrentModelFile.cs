using System.Globalization;
using Unfold.Formats.Safetensors;
using Unfold.Layers;

namespace Unfold.Models;

/// <summary>Everything of a <see cref="RecurrentModel"/> but its weights, and how a file's metadata holds it.</summary>
/// <param name="Encoder">The layers.</param>
/// <param name="InputSize">C, the number of input features.</param>
/// <param name="Source">Where the weights come from, in words.</param>
internal sealed record RecurrentModelFile(SequenceEncoderOptions Encoder, int InputSize, string Source)
{
    /// <summary>The task's name in files.</summary>
    internal const string Task = "recurrent";

    private const string InputSizeKey = "input_size", SourceKey = "source";

    /// <summary>Adds it to a file's metadata.</summary>
    internal void WriteMetadata(SafetensorsWriter writer)
    {
        ModelMetadata.WriteHead(writer, Task);
        SequenceEncoderFile.Write(writer, Encoder);
        writer.Metadata[InputSizeKey] = InputSize.ToString(CultureInfo.InvariantCulture);
        writer.Metadata[SourceKey] = Source;
    }

    /// <summary>Reads it from a file's metadata.</summary>
    /// <exception cref="ModelFileException">The file is another task's, or its metadata are incomplete or inconsistent.</exception>
    internal static RecurrentModelFile ReadMetadata(SafetensorsFile file)
    {
        try
        {
            ModelMetadata.CheckHead(file, Task);
            string text = ModelMetadata.Text(file, InputSizeKey);
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int inputSize))
                throw new FormatException($"its {InputSizeKey} is '{text}', which is no whole number");
            return new RecurrentModelFile(SequenceEncoderFile.Read(file), inputSize, ModelMetadata.Text(file, SourceKey));
        }
        catch (FormatException e)
        {
            throw new ModelFileException($"'{file.Path}' is not a usable model of recurrent layers: {e.Message.TrimEnd('.')}.", e);
        }
    }
}
