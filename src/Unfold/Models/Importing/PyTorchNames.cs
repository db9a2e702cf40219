using System.Globalization;
using System.Text.RegularExpressions;

namespace Unfold.Models.Importing;

/// <summary>
/// Finds the recurrent layers among the names of a PyTorch state dictionary: <c>encoder.weight_ih_l0</c>, <c>encoder.bias_hh_l1_reverse</c>; of a single cell <c>weight_ih</c>; and in NumPy files,
/// where the words are often shortened, <c>enc_w_ih</c>.
/// </summary>
internal static partial class PyTorchNames
{
    private const int MaximumLayers = 64;

    /// <summary>Whether any name is of a recurrent layer.</summary>
    internal static bool AreThere(IReadOnlyList<ImportedTensor> tensors) => tensors.Any(tensor => Name().IsMatch(tensor.Name));

    /// <summary>The stack under a prefix, or the only one there is.</summary>
    /// <exception cref="FormatException">There is none, there are several, or one lacks a layer; the message is the end of a sentence.</exception>
    internal static ImportedStack Find(IReadOnlyList<ImportedTensor> tensors, string? prefix)
    {
        var found = tensors.Select(tensor => (Tensor: tensor, Match: Name().Match(tensor.Name))).Where(pair => pair.Match.Success).ToList();
        string chosen = Prefixes.Choose(found.Select(pair => pair.Match.Groups["prefix"].Value), prefix);
        var levels = new SortedDictionary<(int Layer, bool Reverse), Dictionary<string, ImportedTensor>>();
        HashSet<string> used = [];
        foreach ((ImportedTensor tensor, Match match) in found.Where(pair => pair.Match.Groups["prefix"].Value == chosen))
        {
            int layer = match.Groups["layer"].Success ? int.Parse(match.Groups["layer"].ValueSpan, CultureInfo.InvariantCulture) : 0;
            string kind = match.Groups["kind"].ValueSpan[0] == 'w' ? "weight_" : "bias_";
            (int, bool) place = (layer, match.Groups["reverse"].Success);
            if (!levels.TryGetValue(place, out Dictionary<string, ImportedTensor>? level))
                levels[place] = level = new Dictionary<string, ImportedTensor>(StringComparer.Ordinal);
            if (!level.TryAdd(kind + match.Groups["part"].Value, tensor))
                throw new FormatException($"'{tensor.Name}' and '{level[kind + match.Groups["part"].Value].Name}' are the same of one layer");
            used.Add(tensor.Name);
        }

        int layers = levels.Keys.Max(key => key.Layer) + 1;
        bool isBidirectional = levels.Keys.Any(key => key.Reverse);
        if (layers > MaximumLayers)
            throw new FormatException($"'{chosen}' has a layer {layers - 1}, and at most {MaximumLayers} are read");
        var stack = new List<IReadOnlyList<IReadOnlyDictionary<string, ImportedTensor>>>();
        for (int layer = 0; layer < layers; layer++)
            stack.Add([.. (isBidirectional ? new[] { false, true } : [false]).Select(reverse => levels.GetValueOrDefault((layer, reverse)) ?? throw Missing(layer, reverse))]);
        return new ImportedStack(stack, [.. tensors.Select(tensor => tensor.Name).Where(name => !used.Contains(name))]);

        FormatException Missing(int layer, bool reverse) => new($"it has layers to {layers - 1}{(isBidirectional ? " in both directions" : "")}, but no '{chosen}weight_ih_l{layer}{(reverse ? "_reverse" : "")}'");
    }

    [GeneratedRegex(@"^(?<prefix>(?:.*[^A-Za-z0-9])?)(?<kind>weight|bias|w|b)_(?<part>ih|hh|hr)(?:_l(?<layer>\d{1,6})(?<reverse>_reverse)?)?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();
}
