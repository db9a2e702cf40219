using System.Globalization;
using System.Text;
using Unfold.Data.Images;
using Unfold.Formats.Safetensors;
using Unfold.Notation;
using Unfold.Tensors;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>
/// A network that tells the class of an image. It can be trained, saved, loaded, asked for the class of images and measured. Using it never changes it, so that any
/// number of threads may.
/// </summary>
/// <remarks>Effectively computes <c>softmax(layers((pixels / 255 - mean) / deviation))</c> over the classes, for layers that are written as a list.</remarks>
public sealed class ImageClassifier
{
    private readonly ImageClassifierFile _description;
    private readonly ImageNetwork _network;

    internal ImageClassifier(ImageClassifierFile description, ImageNetwork network)
    {
        _description = description;
        _network = network;
    }

    /// <summary>Everything but the weights.</summary>
    internal ImageClassifierFile Description => _description;

    /// <summary>How the model was built and trained.</summary>
    public ImageClassifierOptions Options => _description.Options;

    /// <summary>The size of images that it reads.</summary>
    public ImageSize Size => _description.Size;

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Classes => _description.Classes;

    /// <summary>What training did.</summary>
    public TrainingReport Report => _description.Report;

    /// <summary>The layers with their shapes.</summary>
    public NetworkPlan Plan => _network.Plan;

    /// <summary>How many numbers the model has.</summary>
    public long ParameterCount => _network.Parameters.Count;

    /// <summary>The layers with their weights.</summary>
    internal ImageNetwork Network => _network;

    /// <summary>Trains a model.</summary>
    /// <param name="images">The images to train on, and those to test on at the end.</param>
    /// <param name="options">What to build and how to train it; null for the defaults.</param>
    /// <param name="progress">Told of every step, on the calling thread.</param>
    /// <param name="cancellationToken">Ends the run after the current step; a checkpoint is saved first if the options name one.</param>
    /// <returns>The trained model.</returns>
    /// <exception cref="NotationException">The layers or the augmentation are wrong, or a layer does not fit what comes into it.</exception>
    /// <exception cref="OptionException">An option is out of range.</exception>
    /// <exception cref="ModelFileException">A checkpoint cannot be read or written.</exception>
    /// <exception cref="TrainingException">The loss is no longer a number.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static ImageClassifier Train(
        ImageFiles images, ImageClassifierOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return ImageClassifierTraining.Run(images, options ?? new ImageClassifierOptions(), progress, cancellationToken);
    }

    /// <summary>The options of the run that a checkpoint belongs to, to start from when resuming it.</summary>
    /// <param name="path">The checkpoint.</param>
    /// <returns>The options, with <see cref="TrainingOptions.ResumePath"/> and <see cref="TrainingOptions.CheckpointPath"/> set to the checkpoint.</returns>
    /// <exception cref="ModelFileException">The file cannot be read as a checkpoint.</exception>
    public static ImageClassifierOptions ReadCheckpointOptions(string path)
    {
        using SafetensorsFile file = Checkpoint.Open(path);
        return ImageClassifierFile.ReadMetadata(file).Options with { ResumePath = path, CheckpointPath = path };
    }

    /// <summary>Reads a model from its file, or from a checkpoint as far as its training had come.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelFileException">The file is missing, cut short, inconsistent, or holds something else.</exception>
    public static ImageClassifier Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        ImageClassifierFile description = ImageClassifierFile.ReadMetadata(file);
        return new ImageClassifier(description, ModelWeights.Load(file, "image classifier", () => new ImageNetwork(description.Options, description.Size, description.Classes.Count)));
    }

    /// <summary>Writes the model to one file; under its final name only when it is complete. The same model gives the same bytes.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public void Save(string path) => ModelWeights.Save(path, _description.WriteMetadata, _network);

    /// <summary>The class of an image.</summary>
    /// <param name="pixels">The bytes, <c>[C, H, W]</c>, of the size that the model reads.</param>
    /// <returns>The likeliest class and the probabilities of all.</returns>
    /// <exception cref="ArgumentException">There are not as many bytes as an image has.</exception>
    public ImagePrediction Predict(ReadOnlySpan<byte> pixels)
    {
        if (pixels.Length != Size.Length)
            throw new ArgumentException($"ImageClassifier expects the {Size.Length} bytes of an image of {Size}, but got {pixels.Length}.");
        return Predict(new ImageDataset(pixels.ToArray(), [0], Classes, Size))[0];
    }

    /// <summary>The classes of images, whatever their labels.</summary>
    /// <param name="images">The images, of the size that the model reads.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>For each image the likeliest class and the probabilities of all.</returns>
    /// <exception cref="InputException">The images are of another size.</exception>
    public IReadOnlyList<ImagePrediction> Predict(ImageDataset images, CancellationToken cancellationToken = default)
    {
        RequireSize(images);
        return Scorer().Predict(WithOwnClasses(images), cancellationToken);
    }

    /// <summary>How well the model tells the classes of images.</summary>
    /// <param name="images">The images, of the size that the model reads and with its classes.</param>
    /// <param name="progress">Told how many images are done.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <returns>Loss, accuracy and confusions.</returns>
    /// <exception cref="InputException">The images are of another size, or of a class that the model does not know.</exception>
    public ImageEvaluation Evaluate(ImageDataset images, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        RequireSize(images);
        return Scorer().Evaluate(WithOwnClasses(images), progress is null ? null : progress.Report, cancellationToken);
    }

    /// <summary>How the accuracy falls when images are shifted: to the right, to the left, down and up, and the mean of the four.</summary>
    /// <param name="images">The images.</param>
    /// <param name="most">The greatest distance in pixels; 0 or more.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <returns>The accuracy at distances 0, 1, …</returns>
    /// <exception cref="InputException">The images are of another size, or of a class that the model does not know.</exception>
    public IReadOnlyList<double> EvaluateShifted(ImageDataset images, int most, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        List<double> accuracies = [Evaluate(images, null, cancellationToken).Accuracy];
        for (int distance = 1; distance <= most; distance++)
        {
            (int Down, int Right)[] ways = [(0, distance), (0, -distance), (distance, 0), (-distance, 0)];
            accuracies.Add(ways.Average(way => Evaluate(images.Shifted(way.Down, way.Right), null, cancellationToken).Accuracy));
        }

        return accuracies;
    }

    /// <summary>The layers of a plain network, fully connected with one hidden layer, of about as many parameters as another: what weight sharing is to be compared with.</summary>
    /// <param name="input">The shape of an image that it reads, <c>[C, H, W]</c>.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="parameters">The parameters that it should have.</param>
    /// <returns>A list of layers, as in <c>flatten, linear 512, relu</c>.</returns>
    public static string PlainLayers(Shape input, int classes, long parameters)
    {
        double hidden = (parameters - classes) / (input.Length + 1.0 + classes);
        return FormattableString.Invariant($"flatten, linear {(int)Math.Clamp(Math.Round(hidden), 1, 1 << 20)}, relu");
    }

    /// <summary>Draws the kernels of all two-dimensional convolutions into a PNG file: blue is below zero, white zero, red above.</summary>
    /// <param name="path">The file.</param>
    /// <returns>What is drawn where, a line for each layer.</returns>
    /// <exception cref="InputException">The model has no such layer.</exception>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public IReadOnlyList<string> SaveKernels(string path) => KernelPicture.Save(_network, path);

    /// <summary>Draws what each layer makes of one image into a PNG file, channel by channel: black is a layer's least value, white its greatest.</summary>
    /// <param name="pixels">The image, <c>[C, H, W]</c>.</param>
    /// <param name="path">The file.</param>
    /// <returns>What is drawn where, a line for each layer.</returns>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public IReadOnlyList<string> SaveFeatures(ReadOnlySpan<byte> pixels, string path) => FeaturePicture.Save(_network, Scorer().Features(pixels, Size), path);

    /// <summary>The model for a reader: layers, shapes and numbers of parameters, classes, normalisation, and how it was trained.</summary>
    /// <returns>Several lines of text.</returns>
    public string Describe()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"image classifier: images of {Size}, {Classes.Count} classes\n\n").Append(Plan.Describe());
        text.Append("\nclasses: ").AppendJoin(' ', Classes.Take(200)).Append(Classes.Count > 200 ? " …\n" : "\n");
        text.Append(CultureInfo.InvariantCulture, $"mean of pixels {Join(_description.Normalization.Mean)}, deviation {Join(_description.Normalization.Deviation)}\n");
        text.Append(CultureInfo.InvariantCulture, $"\ntrained with seed {Options.Seed}: {Report.Epochs.Count} of {Options.Epochs} epochs, batch {Options.Batch}, {TrainingSummary.Of(Options)}");
        text.Append(Options.Augment.Length > 0 ? $", augmentation: {Options.Augment}\n" : "\n");
        if (Report.Epochs.Count > 0)
            text.Append("  epoch  train_loss  validation_loss\n");
        foreach (EpochReport epoch in Report.Epochs)
            text.Append(CultureInfo.InvariantCulture, $"  {epoch.Epoch,5}  {epoch.TrainLoss,10:F4}  {epoch.ValidationLoss,15:F4}\n");
        foreach ((string name, double metric) in Report.Final)
            text.Append(CultureInfo.InvariantCulture, $"  final {name}: {metric:G6}\n");
        return text.ToString();
    }

    /// <summary>The model in one line.</summary>
    /// <returns>As in <c>ImageClassifier(1x28x28 -> 10 classes)  # 1,663,370 parameters</c>.</returns>
    public override string ToString() => FormattableString.Invariant($"ImageClassifier({Size} -> {Classes.Count} classes)  # {ParameterCount:N0} parameters");

    private static string Join(IReadOnlyList<float> numbers) => string.Join(' ', numbers.Select(number => number.ToString("F4", CultureInfo.InvariantCulture)));

    private ImageScorer Scorer() => new(_network, _description.Normalization);

    private void RequireSize(ImageDataset images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Size != Size)
            throw new InputException($"The model reads images of {Size}, but these are of {images.Size}.");
    }

    /// <summary>The images with the model's classes: a data set that lacks some has other numbers for the rest.</summary>
    private ImageDataset WithOwnClasses(ImageDataset images)
    {
        if (images.Classes.SequenceEqual(Classes))
            return images;
        List<string> classes = [.. Classes];
        int[] own = [.. images.Classes.Select(name => classes.IndexOf(name))];
        int strange = Array.IndexOf(own, -1);
        return strange < 0
            ? images.WithClasses(Classes, own)
            : throw new InputException($"The images have the class '{images.Classes[strange]}', which the model does not know: it knows {string.Join(", ", Classes.Take(20))}.");
    }
}
