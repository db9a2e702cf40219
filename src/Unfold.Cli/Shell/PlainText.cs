namespace Unfold.Cli.Shell;

/// <summary>Text on its way to a terminal.</summary>
internal static class PlainText
{
    /// <summary>The text without what would move a cursor or change colours: names in files of others may hold anything.</summary>
    public static string Of(string text)
    {
        text = text.ReplaceLineEndings("\n").TrimEnd();
        return string.Create(text.Length, text, static (clean, from) =>
        {
            for (int i = 0; i < clean.Length; i++)
            {
                clean[i] = char.IsControl(from[i]) && from[i] is not ('\n' or '\t') ? '?' : from[i];
            }
        });
    }
}
