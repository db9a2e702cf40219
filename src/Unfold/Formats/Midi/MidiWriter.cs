using System.Buffers.Binary;
using System.Text;

namespace Unfold.Formats.Midi;

/// <summary>
/// Writes steps of simultaneous notes as a standard MIDI file of format 0: one track with a tempo, the notes of channel 1 and the end. A pitch that sounds in steps one behind the other is one long note.
/// </summary>
/// <remarks>Source: the MIDI Manufacturers Association, Standard MIDI Files 1.0 (RP-001).</remarks>
internal static class MidiWriter
{
    private const int TicksPerQuarter = 480;
    private const byte NoteOn = 0x90, NoteOff = 0x80, Meta = 0xFF, Tempo = 0x51, TrackName = 0x03, EndOfTrack = 0x2F, Velocity = 80;

    /// <summary>Writes a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="steps">For each step the MIDI numbers of its notes, 0 to 127.</param>
    /// <param name="stepsPerQuarter">How many steps a quarter note has; 1 to 480.</param>
    /// <param name="quartersPerMinute">The tempo; 4 to 1000.</param>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    internal static void Write(string path, IReadOnlyList<int[]> steps, int stepsPerQuarter, double quartersPerMinute) =>
        AtomicFile.Write(path, "the music", stream => stream.Write(Bytes(steps, stepsPerQuarter, quartersPerMinute)));

    /// <summary>The file's bytes.</summary>
    internal static byte[] Bytes(IReadOnlyList<int[]> steps, int stepsPerQuarter, double quartersPerMinute)
    {
        List<byte> track = [];
        Event(track, 0, [Meta, TrackName, 6, .. Encoding.ASCII.GetBytes("Unfold")]);
        int microseconds = (int)Math.Round(60e6 / quartersPerMinute);
        Event(track, 0, [Meta, Tempo, 3, (byte)(microseconds >> 16), (byte)(microseconds >> 8), (byte)microseconds]);
        long now = 0;
        HashSet<int> sounding = [];
        for (int t = 0; t <= steps.Count; t++)
        {
            long time = (long)t * TicksPerQuarter / stepsPerQuarter;
            int[] notes = t < steps.Count ? steps[t] : [];
            foreach (int pitch in sounding.Except(notes).Order().ToArray())
            {
                At(NoteOff, pitch, 0);
                sounding.Remove(pitch);
            }

            foreach (int pitch in notes.Except(sounding).Order().ToArray())
            {
                At(NoteOn, pitch, Velocity);
                sounding.Add(pitch);
            }

            void At(byte kind, int pitch, byte velocity)
            {
                Event(track, time - now, [kind, (byte)pitch, velocity]);
                now = time;
            }
        }

        Event(track, (long)steps.Count * TicksPerQuarter / stepsPerQuarter - now, [Meta, EndOfTrack, 0]);
        byte[] file = new byte[22 + track.Count];
        "MThd"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4), 6);
        BinaryPrimitives.WriteInt16BigEndian(file.AsSpan(8), 0);
        BinaryPrimitives.WriteInt16BigEndian(file.AsSpan(10), 1);
        BinaryPrimitives.WriteInt16BigEndian(file.AsSpan(12), TicksPerQuarter);
        "MTrk"u8.CopyTo(file.AsSpan(14));
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(18), track.Count);
        track.CopyTo(file, 22);
        return file;
    }

    /// <summary>An event behind the time from the event before: seven bits a byte, the highest first, the last byte's highest bit 0.</summary>
    private static void Event(List<byte> track, long ticks, ReadOnlySpan<byte> content)
    {
        for (int shift = 21; shift > 0; shift -= 7)
        {
            if (ticks >> shift > 0)
                track.Add((byte)(0x80 | ((ticks >> shift) & 0x7F)));
        }

        track.Add((byte)(ticks & 0x7F));
        foreach (byte one in content)
            track.Add(one);
    }
}
