using System.Buffers.Binary;
using Unfold.Formats.Midi;

namespace Unfold.Tests.Formats.Midi;

public sealed class MidiWriterTests
{
    [Fact]
    public void A_file_byte_by_byte()
    {
        // 60 for two steps of an eighth, 64 with the second alone; then silence for one; 120 quarters a minute are 500,000 microseconds each.
        byte[] found = MidiWriter.Bytes([[60], [60, 64], []], 2, 120);
        byte[] track =
        [
            0, 0xFF, 0x03, 6, .. "Unfold"u8, 0, 0xFF, 0x51, 3, 0x07, 0xA1, 0x20,
            0, 0x90, 60, 80,
            0x81, 0x70, 0x90, 64, 80,
            0x81, 0x70, 0x80, 60, 0, 0, 0x80, 64, 0,
            0x81, 0x70, 0xFF, 0x2F, 0,
        ];
        Assert.Equal([.. "MThd"u8, 0, 0, 0, 6, 0, 0, 0, 1, 1, 0xE0, .. "MTrk"u8, 0, 0, 0, (byte)track.Length, .. track], found);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public void What_was_written_is_read_again(int stepsPerQuarter)
    {
        int[][] steps = [.. Enumerable.Range(0, 200).Select(t => Enumerable.Range(21, 88).Where(pitch => (((pitch * 7) + (t / 3 * 11)) % 23) == 0 || (t > 60 && t < 140 && pitch == 21)).ToArray())];
        Assert.Equal(steps.Select(step => string.Join(' ', step)), Read(MidiWriter.Bytes(steps, stepsPerQuarter, 90), stepsPerQuarter, 200).Select(step => string.Join(' ', step)));
    }

    /// <summary>A strict reader of format 0: every byte must be what the standard says.</summary>
    private static int[][] Read(byte[] file, int stepsPerQuarter, int count)
    {
        Assert.Equal("MThd"u8.ToArray(), file[..4]);
        Assert.Equal(6, BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(4)));
        Assert.Equal((0, 1), (BinaryPrimitives.ReadInt16BigEndian(file.AsSpan(8)), BinaryPrimitives.ReadInt16BigEndian(file.AsSpan(10))));
        int division = BinaryPrimitives.ReadInt16BigEndian(file.AsSpan(12)), at = 22;
        Assert.Equal(file.Length - 22, BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(18)));
        long time = 0;
        Dictionary<int, long> sounding = [];
        List<(int Pitch, long From, long To)> notes = [];
        while (true)
        {
            long delta = 0;
            int length = 0;
            while (file[at] >= 0x80)
            {
                delta = (delta << 7) | (byte)(file[at++] & 0x7F);
                Assert.InRange(++length, 1, 3);
            }

            time += (delta << 7) | file[at++];
            byte kind = file[at++];
            if (kind == 0xFF)
            {
                byte meta = file[at++];
                int size = file[at++];
                at += size;
                if (meta != 0x2F)
                    continue;
                Assert.Equal((0, file.Length), (size, at));
                break;
            }

            (int pitch, byte velocity) = (file[at++], file[at++]);
            Assert.InRange(pitch, 0, 127);
            if (kind == 0x90)
            {
                Assert.InRange(velocity, 1, 127);
                sounding.Add(pitch, time);
            }
            else
            {
                Assert.Equal(0x80, kind);
                notes.Add((pitch, sounding[pitch], time));
                sounding.Remove(pitch);
            }
        }

        Assert.Empty(sounding);
        Assert.Equal((long)count * division / stepsPerQuarter, time);
        return [.. Enumerable.Range(0, count).Select(t => (long)t * division / stepsPerQuarter).Select(now => notes.Where(note => note.From <= now && now < note.To).Select(note => note.Pitch).Order().ToArray())];
    }
}
