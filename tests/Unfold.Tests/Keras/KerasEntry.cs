using System.Text.Json;
using Unfold.Tensors;
using Unfold.Testing;

namespace Unfold.Tests.Keras;

/// <summary>A layer of Keras with its attributes, its weights, an input and the output it must give: one entry of a file of the data set. See its SOURCE.md.</summary>
/// <param name="Attributes">The layer's options.</param>
/// <param name="Input">The input, without a batch.</param>
/// <param name="Weights">The weights in Keras's order.</param>
/// <param name="Expected">The output, without a batch; rounded to six decimals.</param>
internal sealed record KerasEntry(JsonElement Attributes, Tensor Input, Tensor[] Weights, Tensor Expected)
{
    /// <summary>The data set's folder, for a <see cref="DataTheoryAttribute"/>.</summary>
    public const string DataSet = "keras-golden";

    /// <summary>The names, as <c>pooling.MaxPooling2D.4</c>, of the cases of some kinds of layers, as <c>pooling.MaxPooling2D</c>; none where the data is absent.</summary>
    public static IEnumerable<string> Names(params IEnumerable<string> kinds) =>
        kinds.Where(kind => File.Exists(FileOf(kind))).SelectMany(kind => Read(kind).EnumerateObject().Select(p => p.Name));

    /// <summary>Reads a case.</summary>
    public static KerasEntry Load(string name)
    {
        JsonElement entry = Read(name[..name.LastIndexOf('.')]).GetProperty(name);
        Tensor[] weights = entry.TryGetProperty("weights", out JsonElement list) ? [.. list.EnumerateArray().Select(Array)] : [];
        return new KerasEntry(entry.GetProperty("attrs"), Array(entry.GetProperty("input")), weights, Array(entry.GetProperty("expected")));
    }

    /// <summary>An option that is one whole number or one for each of some axes; null where it is absent or null.</summary>
    public int[]? Integers(string name, int axes) => !Attributes.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number ? [.. Enumerable.Repeat(value.GetInt32(), axes)]
        : [.. value.EnumerateArray().Select(e => e.GetInt32())];

    /// <summary>An option that is a text.</summary>
    public string Text(string name, string absent) => Attributes.TryGetProperty(name, out JsonElement value) ? value.GetString()! : absent;

    /// <summary>Compares with the expected output, as closely as its six decimals allow.</summary>
    public void AssertExpected(Tensor actual, double tolerance = 2e-6)
    {
        Assert.Equal(Expected.Shape, actual.Shape);
        for (int i = 0; i < actual.Shape.Length; i++)
            Assert.True(Math.Abs(Expected.Values[i] - actual.Values[i]) <= tolerance, $"Element {i} is {actual.Values[i]} but should be {Expected.Values[i]}.");
    }

    private static string FileOf(string kind) => Path.Combine(Testing.DataSet.Path(DataSet), $"{kind}.json");

    private static JsonElement Read(string kind) => JsonDocument.Parse(File.ReadAllBytes(FileOf(kind))).RootElement;

    private static Tensor Array(JsonElement array) => Tensor.From(
        [.. array.GetProperty("data").EnumerateArray().Select(e => e.GetSingle())], new Shape([.. array.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32())]));
}
