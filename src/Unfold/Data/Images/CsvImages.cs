using System.Globalization;

namespace Unfold.Data.Images;

/// <summary>A CSV file of square images in shades of grey: on each line a label, then H W pixels from 0 to 255, row by row. A first line that is no numbers is a heading.</summary>
internal static class CsvImages
{
    private const int MostPixels = 1 << 24;
    private const int MostClasses = 1 << 16;

    /// <summary>Reads a file; memory grows with what is there.</summary>
    /// <exception cref="InputException">A line has no whole numbers, one out of range, or another count than the first.</exception>
    internal static ImageDataset Read(string path)
    {
        List<int> labels = [];
        List<byte> pixels = [];
        int columns = 0;
        try
        {
            using StreamReader reader = new(path);
            Cursor cursor = new(reader);
            List<byte> row = [];
            for (int line = 1; !cursor.AtEnd; line++)
            {
                if (cursor.SkipEmpty())
                    continue;
                ReadOnlySpan<char> first = cursor.Next().Trim();
                if (line == 1 && first is [var letter, ..] && (char.IsLetter(letter) || letter == '_'))
                {
                    cursor.SkipLine();
                    continue;
                }

                row.Clear();
                labels.Add(Number(path, line, 0, first, MostClasses - 1));
                while (cursor.More())
                {
                    if (row.Count == MostPixels)
                        throw new InputException($"'{path}', line {line}: has more than {MostPixels} pixels, which no image here may have.");
                    row.Add((byte)Number(path, line, row.Count + 1, cursor.Next(), byte.MaxValue));
                }

                columns = labels.Count == 1 ? row.Count : columns;
                if (row.Count != columns)
                    throw new InputException($"'{path}', line {line}: has {row.Count} pixels, but the first image has {columns}: all images must have one size.");
                if ((long)pixels.Count + row.Count > Array.MaxLength)
                    throw new InputException($"'{path}' has more than 2^31 pixels in all, which is more than a data set may have.");
                pixels.AddRange(row);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot read '{path}': {Formats.AtomicFile.Reason(e)}", e);
        }

        if (labels.Count == 0)
            throw new InputException($"'{path}' holds no images: a CSV file of images has on each line a label and the pixels of one image.");
        int side = (int)Math.Sqrt(columns);
        if (columns == 0 || side * side != columns)
            throw new InputException($"'{path}' has {columns} pixels a line, but a square image was expected, as 784 for 28 by 28.");
        string[] classes = [.. Enumerable.Range(0, labels.Max() + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))];
        return new ImageDataset([.. pixels], [.. labels], classes, new ImageSize(1, side, side));
    }

    private static int Number(string path, int line, int column, ReadOnlySpan<char> field, int most)
    {
        if (int.TryParse(field.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value <= most)
            return value;
        string what = column == 0 ? "a label" : $"pixel {column}";
        throw new InputException($"'{path}', line {line}: {what} should be a whole number from 0 to {most}, but is '{field}'.");
    }

    /// <summary>Goes over a text field by field; a field is never longer than its buffer, so that a file without line ends takes no memory.</summary>
    private sealed class Cursor(StreamReader reader)
    {
        private readonly char[] _field = new char[24];
        private bool _lineEnded = true;

        public bool AtEnd => reader.Peek() < 0;

        public bool More() => !_lineEnded;

        /// <summary>The next field, and with it its comma or line end; of a longer field its beginning.</summary>
        public ReadOnlySpan<char> Next()
        {
            int length = 0;
            int c = reader.Read();
            for (; c is >= 0 and not ',' and not ';' and not '\n'; c = reader.Read())
            {
                if (length < _field.Length && c is not '\r' and not '"')
                    _field[length++] = char.IsControl((char)c) ? '?' : (char)c;
            }

            _lineEnded = c is not ',' and not ';';
            return _field.AsSpan(0, length);
        }

        /// <summary>Passes what is left of the line.</summary>
        public void SkipLine()
        {
            while (!_lineEnded)
                Next();
        }

        /// <summary>Passes a line end where a line would begin.</summary>
        public bool SkipEmpty()
        {
            if (reader.Peek() is not '\r' and not '\n')
                return false;
            if (reader.Read() == '\r' && reader.Peek() == '\n')
                _ = reader.Read();
            return true;
        }
    }
}
