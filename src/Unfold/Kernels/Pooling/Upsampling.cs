using Unfold.Kernels.Threading;
using K = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Kernels.Pooling;

/// <summary>One axis of an enlargement by a whole factor: each output is one input, or lies between two.</summary>
/// <param name="Input">Elements of x, 1 or more.</param>
/// <param name="Factor">Outputs for an input, 1 or more.</param>
/// <param name="Linear">Whether outputs lie between inputs, with the centres of the first and the last Factor outputs around those of the first and the last input.</param>
internal readonly record struct UpsamplingAxis(int Input, int Factor, bool Linear)
{
    /// <summary>Elements of y.</summary>
    public int Output => Input * Factor;

    /// <summary>y[output] = x[low] + fraction * (x[high] - x[low]).</summary>
    public void Source(int output, out int low, out int high, out float fraction)
    {
        if (!Linear)
        {
            low = high = output / Factor;
            fraction = 0;
            return;
        }

        float source = Math.Max(0, (output + 0.5f) / Factor - 0.5f);
        low = (int)source;
        high = Math.Min(low + 1, Input - 1);
        fraction = source - low;
    }
}

/// <summary>The enlargement of a plane, in three dimensions; axes that are not there have one element and the factor 1.</summary>
internal readonly record struct UpsamplingPlane(UpsamplingAxis Depth, UpsamplingAxis Height, UpsamplingAxis Width)
{
    /// <summary>Elements of one channel of x.</summary>
    public int InputLength => Depth.Input * Height.Input * Width.Input;

    /// <summary>Elements of one channel of y.</summary>
    public int OutputLength => Depth.Output * Height.Output * Width.Output;
}

/// <summary>Planes made larger by whole factors: nearest neighbours, or lines between them (align_corners=False of PyTorch).</summary>
internal static unsafe class Upsampling
{
    /// <summary>y [planes, outputs] from x [planes, inputs].</summary>
    public static void Forward(UpsamplingPlane plane, float* x, float* y, int planes)
    {
        (UpsamplingAxis depth, UpsamplingAxis height, UpsamplingAxis width) = plane;
        int columns = width.Input, outputs = width.Output;
        float* row = Scratch.Current.Reserve((2 * (nint)columns) + (3 * (nint)outputs)), scaled = row + columns;
        Columns table = new(width, scaled + columns);
        for (int i = 0; i < planes; i++, x += plane.InputLength)
        {
            for (int od = 0; od < depth.Output; od++)
            {
                for (int oh = 0; oh < height.Output; oh++, y += outputs)
                {
                    Corners corners = new(depth, height, od, oh);
                    K.Scale(x + ((nint)corners.Row(0) * columns), row, columns, corners.Weight(0));
                    for (int corner = 1; corner < 4; corner++)
                    {
                        if (corners.Weight(corner) == 0) continue;
                        K.Scale(x + ((nint)corners.Row(corner) * columns), scaled, columns, corners.Weight(corner));
                        K.Accumulate(scaled, row, columns);
                    }

                    table.Expand(row, y);
                }
            }
        }
    }

    /// <summary>dx += the transposed map of d, after setting dx to zero unless <paramref name="accumulate"/>.</summary>
    public static void Backward(UpsamplingPlane plane, float* d, float* dx, int planes, bool accumulate)
    {
        (UpsamplingAxis depth, UpsamplingAxis height, UpsamplingAxis width) = plane;
        int columns = width.Input, outputs = width.Output;
        float* row = Scratch.Current.Reserve((2 * (nint)columns) + (3 * (nint)outputs)), scaled = row + columns;
        Columns table = new(width, scaled + columns);
        for (int i = 0; i < planes; i++, dx += plane.InputLength)
        {
            if (!accumulate) K.Fill(dx, plane.InputLength, 0);
            for (int od = 0; od < depth.Output; od++)
            {
                for (int oh = 0; oh < height.Output; oh++, d += outputs)
                {
                    Corners corners = new(depth, height, od, oh);
                    K.Fill(row, columns, 0);
                    table.Gather(d, row);
                    for (int corner = 0; corner < 4; corner++)
                    {
                        if (corners.Weight(corner) == 0) continue;
                        K.Scale(row, scaled, columns, corners.Weight(corner));
                        K.Accumulate(scaled, dx + ((nint)corners.Row(corner) * columns), columns);
                    }
                }
            }
        }
    }

    /// <summary>The rows, with their weights, between which a row of y lies: low and high on two axes.</summary>
    private readonly struct Corners
    {
        private readonly int _low, _high, _lowBehind, _highBehind;
        private readonly float _depth, _height;

        public Corners(UpsamplingAxis depth, UpsamplingAxis height, int outputDepth, int outputHeight)
        {
            depth.Source(outputDepth, out int front, out int behind, out _depth);
            height.Source(outputHeight, out int low, out int high, out _height);
            (_low, _high) = (front * height.Input + low, front * height.Input + high);
            (_lowBehind, _highBehind) = (behind * height.Input + low, behind * height.Input + high);
        }

        public int Row(int corner) => corner switch { 0 => _low, 1 => _high, 2 => _lowBehind, _ => _highBehind };

        public float Weight(int corner) => (corner < 2 ? 1 - _depth : _depth) * ((corner & 1) == 0 ? 1 - _height : _height);
    }

    /// <summary>The sources of every column of y, worked out once.</summary>
    private readonly struct Columns
    {
        private readonly int* _low, _high;
        private readonly float* _fraction;
        private readonly int _outputs;

        public Columns(UpsamplingAxis width, float* memory)
        {
            _outputs = width.Output;
            _low = (int*)memory;
            _high = _low + _outputs;
            _fraction = (float*)(_high + _outputs);
            for (int o = 0; o < _outputs; o++)
                width.Source(o, out _low[o], out _high[o], out _fraction[o]);
        }

        public void Expand(float* row, float* y)
        {
            for (int o = 0; o < _outputs; o++)
                y[o] = row[_low[o]] + (_fraction[o] * (row[_high[o]] - row[_low[o]]));
        }

        public void Gather(float* d, float* row)
        {
            for (int o = 0; o < _outputs; o++)
            {
                float part = _fraction[o] * d[o];
                row[_low[o]] += d[o] - part;
                row[_high[o]] += part;
            }
        }
    }
}
