using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Unfold.Cli.Shell;

/// <summary>Standard output into a pipe.</summary>
internal static class Pipe
{
    private const int StandardOutput = 1;

    /// <summary>
    /// Makes writing to a pipe whose reader has gone an error. The console keeps silent about it, and <c>unfold generate … | head</c> would go on
    /// writing to nobody.
    /// </summary>
    public static void NoticeItsEnd()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
        {
            return;
        }

        var stream = new FileStream(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0);

        // A file keeps the console's writer: it shares its place in the file with whatever else writes there.
        if (!stream.CanSeek)
        {
            Console.SetOut(new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });
        }
    }
}
