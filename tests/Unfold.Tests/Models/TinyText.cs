using System.Text;
using Unfold.Models;

namespace Unfold.Tests.Models;

/// <summary>A small text with something to learn, and options that learn it in a moment.</summary>
internal static class TinyText
{
    public static LanguageModelOptions Options { get; } = new()
    {
        Hidden = 24,
        Batch = 4,
        Unroll = 16,
        Epochs = 4,
        LearningRate = 0.01f,
        Seed = 7,
    };

    /// <summary>Sentences from few words, chosen by a fixed rule.</summary>
    public static string Sentences(int count)
    {
        string[] subjects = ["the cat", "a dog", "the bird"];
        string[] verbs = ["sat on", "ran to", "saw"];
        string[] objects = ["the mat", "a tree", "the moon"];
        StringBuilder text = new();
        uint state = 12345;
        for (int i = 0; i < count; i++)
        {
            state = state * 1664525 + 1013904223;
            text.Append($"{subjects[(state >> 8) % 3]} {verbs[(state >> 16) % 3]} {objects[(state >> 24) % 3]}\n");
        }

        return text.ToString();
    }
}
