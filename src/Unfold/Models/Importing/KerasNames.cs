using System.Text.RegularExpressions;

namespace Unfold.Models.Importing;

/// <summary>
/// Finds the recurrent layers among the names of Keras's weights, whatever stands before the last word: <c>lstm/lstm_cell/recurrent_kernel:0</c>,
/// <c>bidirectional/backward_gru/gru_cell/bias</c>. Layers follow each other by their names, numbers by their value.
/// </summary>
internal static partial class KerasNames
{
    private const string Recurrent = "recurrent_kernel";

    /// <summary>The stack under a prefix, or all layers there are.</summary>
    /// <exception cref="FormatException">There is none, or a layer lacks a direction; the message is the end of a sentence.</exception>
    internal static ImportedStack Find(IReadOnlyList<ImportedTensor> tensors, string? prefix)
    {
        Dictionary<string, Dictionary<string, ImportedTensor>> byPrefix = new(StringComparer.Ordinal);
        foreach (ImportedTensor tensor in tensors)
        {
            Match match = Name().Match(tensor.Name);
            if (!match.Success || (prefix is not null && !tensor.Name.StartsWith(prefix, StringComparison.Ordinal)))
                continue;
            string before = match.Groups["prefix"].Value;
            if (!byPrefix.TryGetValue(before, out Dictionary<string, ImportedTensor>? layer))
                byPrefix[before] = layer = new Dictionary<string, ImportedTensor>(StringComparer.Ordinal);
            if (!layer.TryAdd(match.Groups["kind"].Value, tensor))
                throw new FormatException($"'{tensor.Name}' and '{layer[match.Groups["kind"].Value].Name}' are the same of one layer");
        }

        // A dense layer has a kernel and a bias too.
        var layers = byPrefix.Where(pair => pair.Value.ContainsKey(Recurrent)).GroupBy(pair => Direction().Match(pair.Key) is { Success: true } m ? pair.Key[..m.Index] : pair.Key, StringComparer.Ordinal)
            .OrderBy(group => group.Key, Comparer<string>.Create(NaturalOrder.Compare)).ToList();
        if (layers.Count == 0)
            throw new FormatException(prefix is null ? $"it has no recurrent layers: no name ends in weight_ih_l0 or {Recurrent}" : $"it has no {Recurrent} under '{prefix}'");
        var stack = layers.Select(group => (IReadOnlyList<IReadOnlyDictionary<string, ImportedTensor>>)
            [.. group.OrderBy(pair => pair.Key.Contains("backward", StringComparison.Ordinal)).Select(pair => pair.Value)]).ToList();
        if (stack.Any(level => level.Count != stack[0].Count || level.Count > 2))
            throw new FormatException("some of its recurrent layers have one direction and some have two: import them one by one, each under its prefix");
        HashSet<string> used = [.. layers.SelectMany(group => group).SelectMany(pair => pair.Value.Values).Select(tensor => tensor.Name)];
        return new ImportedStack(stack, [.. tensors.Select(tensor => tensor.Name).Where(name => !used.Contains(name))]);
    }

    [GeneratedRegex(@"^(?<prefix>(?:.*?[^A-Za-z0-9])??)(?<kind>recurrent_kernel|kernel|bias)(?::\d+)?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"forward|backward", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Direction();
}
