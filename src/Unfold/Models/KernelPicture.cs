using Unfold.Autodiff;
using Unfold.Data.Images;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>The kernels of a network's two-dimensional convolutions as a picture: a block for each layer, a row for each channel that goes out, a column for each that comes in.</summary>
internal static class KernelPicture
{
    private const int MostShown = 128;
    private const int Gap = 1;
    private const int BlockGap = 4;

    // A layer with few channels coming in has its kernels side by side, or the picture would be a thin strip.
    private const int KernelsInARow = 16;

    /// <summary>Draws the picture.</summary>
    /// <exception cref="InputException">There is nothing to draw.</exception>
    internal static IReadOnlyList<string> Save(ImageNetwork network, string path)
    {
        Block[] blocks = [.. network.Layers.Layers.OfType<Layers.Convolution>().Where(layer => layer.Parameters[0].Shape.Rank == 4).Select(layer => new Block(layer.Name, layer.Parameters[0]))];
        if (blocks.Length == 0)
            throw new InputException("The model has no two-dimensional convolution, so there are no kernels to draw.");
        Canvas canvas = new(blocks.Max(block => block.Width), blocks.Sum(block => block.Height + BlockGap), 8);
        int top = 0;
        List<string> lines = [];
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
        private readonly Tensor _weight;
        private readonly int _outputs, _inputs, _tileHeight, _tileWidth, _columns;

        internal Block(string name, Parameter weight)
        {
            _name = name;
            _weight = weight.Value;
            Shape shape = weight.Shape;
            _outputs = Math.Min(shape[0], MostShown);
            _inputs = Math.Min(shape[1], MostShown);
            _tileHeight = shape[2] + Gap;
            _tileWidth = shape[3] + Gap;
            _columns = Math.Max(1, KernelsInARow / _inputs);
        }

        internal int Width => _columns * _inputs * _tileWidth;

        internal int Height => (_outputs + _columns - 1) / _columns * _tileHeight;

        internal void Draw(Canvas canvas, int top)
        {
            Shape shape = _weight.Shape;
            int length = shape[2] * shape[3];
            float greatest = 0;
            foreach (float value in _weight.Values)
                greatest = Math.Max(greatest, Math.Abs(value));
            for (int o = 0; o < _outputs; o++)
            {
                for (int c = 0; c < _inputs; c++)
                {
                    canvas.DrawSigned((o % _columns * _inputs + c) * _tileWidth, top + o / _columns * _tileHeight, shape[2], shape[3],
                        _weight.Values.Slice((o * shape[1] + c) * length, length), greatest);
                }
            }
        }

        public override string ToString()
        {
            Shape shape = _weight.Shape;
            string left = _outputs < shape[0] || _inputs < shape[1] ? $"; the first {_outputs} by {_inputs} are drawn" : "";
            return $"{_name}: {shape[0]} by {shape[1]} kernels of {shape[2]}x{shape[3]}, {_columns} to a row{left}";
        }
    }
}
