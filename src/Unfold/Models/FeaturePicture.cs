using Unfold.Data.Images;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>What each layer makes of an image, as a picture: a block for each layer, its channels side by side; rows of features are one line of pixels.</summary>
internal static class FeaturePicture
{
    private const int MostChannels = 256;
    private const int InARow = 16;
    private const int Gap = 1;
    private const int BlockGap = 4;

    /// <summary>Draws the picture.</summary>
    /// <param name="network">The network.</param>
    /// <param name="features">What comes into the first layer, and what goes out of each.</param>
    /// <param name="path">The file.</param>
    internal static IReadOnlyList<string> Save(ImageNetwork network, List<Tensor> features, string path)
    {
        List<string> lines = [];
        Block[] blocks = [.. features.Select((value, i) => new Block(i == 0 ? "input" : network.Plan.Layers[i - 1].Name, value))];
        int width = blocks.Max(block => block.Width);
        Canvas canvas = new(width, blocks.Sum(block => block.Height + BlockGap), Canvas.ScaleFor(network.Input.Width));
        int top = 0;
        foreach (Block block in blocks)
        {
            block.Draw(canvas, top);
            lines.Add(block.ToString());
            top += block.Height + BlockGap;
        }

        canvas.Save(path);
        return lines;
    }

    /// <summary>The part of the picture that is one layer's.</summary>
    private sealed class Block
    {
        private readonly string _name;
        private readonly Tensor _values;
        private readonly int _channels, _tileHeight, _tileWidth, _inARow;

        internal Block(string name, Tensor values)
        {
            _name = name;
            _values = values;
            Shape shape = values.Shape;
            bool isImage = shape.Rank == 4;
            (int channels, _tileHeight, _tileWidth) = isImage ? (shape[1], shape[2], shape[3]) : (shape.Length, 1, 1);
            _channels = Math.Min(channels, isImage ? MostChannels : MostChannels * InARow);
            _inARow = isImage ? InARow : MostChannels;
        }

        internal int Width => Math.Min(_channels, _inARow) * (_tileWidth + Gap);

        internal int Height => (_channels + _inARow - 1) / _inARow * (_tileHeight + Gap);

        internal void Draw(Canvas canvas, int top)
        {
            (float least, float greatest) = (float.PositiveInfinity, float.NegativeInfinity);
            foreach (float value in _values.Values)
                (least, greatest) = (Math.Min(least, value), Math.Max(greatest, value));
            float range = greatest > least ? greatest - least : 1;
            int length = _tileHeight * _tileWidth;
            float[] tile = new float[length];
            for (int c = 0; c < _channels; c++)
            {
                for (int i = 0; i < length; i++)
                    tile[i] = (_values.Values[c * length + i] - least) / range;
                canvas.Draw(c % _inARow * (_tileWidth + Gap), top + c / _inARow * (_tileHeight + Gap), new ImageSize(1, _tileHeight, _tileWidth), tile);
            }
        }

        public override string ToString() => _values.Shape.Rank == 4
            ? $"{_name}: {_values.Shape[1]} channels of {_tileHeight}x{_tileWidth}{(_channels < _values.Shape[1] ? $"; the first {_channels} are drawn" : "")}"
            : $"{_name}: {_values.Shape.Length} features{(_channels < _values.Shape.Length ? $"; the first {_channels} are drawn" : "")}";
    }
}
