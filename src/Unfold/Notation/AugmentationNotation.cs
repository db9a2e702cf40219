using Unfold.Cells.Syntax;
using Unfold.Data.Augmentation;

namespace Unfold.Notation;

/// <summary>
/// Augmentations as a text: names with amounts, separated by commas, the first made first, as in <c>rotate 10, translate 2, scale 0.1, noise 0.02</c>.
/// </summary>
/// <remarks>
/// Images: <c>flip [PROBABILITY] [horizontal | vertical]</c>, <c>rotate DEGREES</c>, <c>scale PART</c>, <c>translate PIXELS</c>, <c>crop SIZE</c>, <c>pad PIXELS</c>,
/// <c>brightness AMOUNT</c>, <c>contrast PART</c>, <c>noise DEVIATION</c>, <c>cut_out SIDE</c>. Series: <c>jitter DEVIATION</c>, <c>scale DEVIATION</c>, <c>time_warp PART</c>,
/// <c>window_crop PART</c>, <c>time_mask STEPS</c>, <c>channel_shift CHANNELS</c>, <c>channel_mask CHANNELS</c>.
/// </remarks>
public static class AugmentationNotation
{
    private const int Most = 8192;

    private static readonly Dictionary<string, (Signature Signature, Func<NotationItem, ImageTransform> Make)> ImageKinds = new()
    {
        ["flip"] = (new Signature("flip", [new Argument("probability", ArgumentKind.Number, 0, 1, Optional: true)], [], [["horizontal", "vertical"]]),
            item => new Flip(item.Has("vertical"), item.Number("probability", 0.5f))),
        ["rotate"] = (One("rotate", "degrees", ArgumentKind.Number, 0, 180), item => new Rotation(item.Number("degrees"))),
        ["scale"] = (One("scale", "part", ArgumentKind.Number, 0, 0.99), item => new Scaling(item.Number("part"))),
        ["translate"] = (One("translate", "pixels", ArgumentKind.Number, 0, Most), item => new Translation(item.Number("pixels"))),
        ["crop"] = (One("crop", "size", ArgumentKind.Sizes, 1, Most), item => new Crop(item.Sizes("size", 2, 1)[0], item.Sizes("size", 2, 1)[1])),
        ["pad"] = (One("pad", "pixels", ArgumentKind.Whole, 0, 1024), item => new Pad(item.Whole("pixels"))),
        ["brightness"] = (One("brightness", "amount", ArgumentKind.Number, 0, 1), item => new Brightness(item.Number("amount"))),
        ["contrast"] = (One("contrast", "part", ArgumentKind.Number, 0, 1), item => new Contrast(item.Number("part"))),
        ["noise"] = (One("noise", "deviation", ArgumentKind.Number, 0, 1), item => new Noise(item.Number("deviation"))),
        ["cut_out"] = (One("cut_out", "side", ArgumentKind.Whole, 1, Most), item => new CutOut(item.Whole("side"))),
    };

    private static readonly Dictionary<string, (Signature Signature, Func<NotationItem, SeriesTransform> Make)> SeriesKinds = new()
    {
        ["jitter"] = (One("jitter", "deviation", ArgumentKind.Number, 0, int.MaxValue), item => new Jitter(item.Number("deviation"))),
        ["scale"] = (One("scale", "deviation", ArgumentKind.Number, 0, int.MaxValue), item => new MagnitudeScaling(item.Number("deviation"))),
        ["time_warp"] = (One("time_warp", "part", ArgumentKind.Number, 0, 0.99), item => new TimeWarp(item.Number("part"))),
        ["window_crop"] = (One("window_crop", "part", ArgumentKind.Number, 0.01, 1), item => new WindowCrop(item.Number("part"))),
        ["time_mask"] = (One("time_mask", "steps", ArgumentKind.Whole, 1, int.MaxValue), item => new TimeMask(item.Whole("steps"))),
        ["channel_shift"] = (One("channel_shift", "channels", ArgumentKind.Whole, 1, int.MaxValue / 4), item => new ChannelShift(item.Whole("channels"))),
        ["channel_mask"] = (One("channel_mask", "channels", ArgumentKind.Whole, 1, int.MaxValue / 4), item => new ChannelMask(item.Whole("channels"))),
    };

    /// <summary>How every name is used.</summary>
    internal static IEnumerable<Signature> Signatures => ImageKinds.Values.Select(kind => kind.Signature).Concat(SeriesKinds.Values.Select(kind => kind.Signature));

    /// <summary>Reads changes of images.</summary>
    /// <param name="text">The list; empty for none.</param>
    /// <param name="name">What the text is called in messages, as a file would be.</param>
    /// <returns>The changes.</returns>
    /// <exception cref="NotationException">The text is wrong.</exception>
    public static ImageAugmentation ParseImages(string text, string name = "augment") => new(Parse(text, name, ImageKinds));

    /// <summary>Reads changes of series.</summary>
    /// <param name="text">The list; empty for none.</param>
    /// <param name="name">What the text is called in messages, as a file would be.</param>
    /// <returns>The changes.</returns>
    /// <exception cref="NotationException">The text is wrong.</exception>
    public static SeriesAugmentation ParseSeries(string text, string name = "augment") => new(Parse(text, name, SeriesKinds));

    private static Signature One(string name, string argument, ArgumentKind kind, double minimum, double maximum) =>
        new(name, [new Argument(argument, kind, minimum, maximum)], [], []);

    private static T[] Parse<T>(string text, string name, Dictionary<string, (Signature Signature, Func<NotationItem, T> Make)> kinds)
    {
        ArgumentNullException.ThrowIfNull(text);
        Diagnostics diagnostics = new(new SourceText(name, text));
        List<NotationItem> items = NotationReader.Read("augmentation", kinds.ToDictionary(kind => kind.Key, kind => kind.Value.Signature), diagnostics);
        foreach (NotationItem item in items)
        {
            if (item.Values.TryGetValue("size", out NotationValue size) && size.Numbers.Length > 2)
                item.Error("size", $"a size of {size.Numbers.Length} axes, and an image has 2", "rows and columns, as in `24x24`");
        }

        return diagnostics.Failed
            ? throw new NotationException(string.Join("\n\n", diagnostics.Errors))
            : [.. items.Select(item => kinds[item.Signature.Name].Make(item))];
    }
}
