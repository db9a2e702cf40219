using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Data.Augmentation;
using Unfold.Data.Images;
using Unfold.Notation;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold contact-sheet DATA --augment LIST --out FILE.png</c>: images before and after augmentation, as a picture.</summary>
internal static class ContactSheetCommand
{
    private const string StandardOut = "contact-sheet.png";

    public static Command Build()
    {
        Argument<string> data = Arguments.Images();
        Option<string> augment = ImageOptions.Augment();
        Option<string?> output = Values.Path("--out", $"Write the picture to this PNG file [default: {StandardOut}]");
        Option<int> rows = Values.Whole("--images", "How many images, evenly taken from those to train on; a row each", 1, 1000, 12);
        Option<int> versions = Values.Whole("--versions", "How many changed versions of each: as in so many epochs", 1, 100, 8);
        Option<ulong> seed = Values.Seed("Decides all chance, as in training", 1);
        var command = new Command("contact-sheet", "Draw images of a data set before and after augmentation") { data, augment, output, rows, versions, seed };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(output) ?? StandardOut;
            Outputs.Require("--out", path);
            ImageAugmentation changes = AugmentationNotation.ParseImages(parsed.GetValue(augment) ?? "");
            ImageDataset images = Inputs.Images(parsed.GetRequiredValue(data)).Training;
            IReadOnlyList<int> shown = ContactSheet.Save(images, changes, path, parsed.GetValue(rows), parsed.GetValue(versions), parsed.GetValue(seed));
            Console.Out.WriteLine($"{images}");
            Console.Out.WriteLine($"{path}: {shown.Count} of them, first as they are, then changed; classes from top to bottom: {string.Join(' ', shown.Select(index => images.Classes[images.Label(index)]))}");
            return ExitCode.Done;
        });
        return command;
    }
}
