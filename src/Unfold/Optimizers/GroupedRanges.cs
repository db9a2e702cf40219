using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Optimizers;

/// <summary>The trained parts of the flat buffers, cut where the group changes.</summary>
internal sealed class GroupedRanges
{
    private const int ShownNames = 40;

    /// <summary>The ranges, in order.</summary>
    internal List<(int Start, int Length)> Ranges { get; } = [];

    /// <summary>Each range's group; null for none.</summary>
    internal List<ParameterGroup?> Groups { get; } = [];

    /// <summary>Gives every parameter to the first group that takes it, and freezes what is to be frozen.</summary>
    /// <exception cref="ArgumentException">A group takes nothing, or nothing is left to train.</exception>
    internal static GroupedRanges Resolve(ParameterSet parameters, IReadOnlyList<ParameterGroup> groups)
    {
        Dictionary<Parameter, ParameterGroup> owners = [];
        foreach (ParameterGroup group in groups)
            Take(parameters, group, owners);
        if (groups.Any(group => group.Frozen) || parameters.All.Any(parameter => parameter.Frozen))
            parameters.Freeze(parameter => owners.GetValueOrDefault(parameter)?.Frozen == true);
        if (groups.Count > 0 && parameters.TrainedRanges.Count == 0)
            throw new ArgumentException($"The groups '{string.Join("', '", groups)}' freeze every parameter, so there is nothing to train.");

        GroupedRanges result = new();
        foreach (Parameter parameter in parameters.All.Where(parameter => parameter.NeedsGradient))
            result.Add(parameter.Offset, HostStorage.AlignUp(parameter.Shape.Length), owners.GetValueOrDefault(parameter));
        return result;
    }

    private static void Take(ParameterSet parameters, ParameterGroup group, Dictionary<Parameter, ParameterGroup> owners)
    {
        Parameter[] taken = [.. parameters.All.Where(parameter => parameter.Trained && group.Takes(parameter.Name))];
        if (taken.Length == 0)
        {
            string[] names = [.. parameters.All.Where(parameter => parameter.Trained).Select(parameter => parameter.Name)];
            string more = names.Length > ShownNames ? $", … ({names.Length - ShownNames} more)" : "";
            throw new ArgumentException($"The group '{group}' takes no parameter: '{group.Pattern}' is no name here. Trained are: {string.Join(", ", names.Take(ShownNames))}{more}.");
        }

        if (taken.Count(parameter => owners.TryAdd(parameter, group)) == 0)
        {
            throw new ArgumentException($"The group '{group}' takes no parameter: all that it would take are in groups before it, such as '{owners[taken[0]]}'. "
                + "The first that takes a parameter has it: put the narrower pattern first.");
        }
    }

    private void Add(int start, int length, ParameterGroup? group)
    {
        if (Ranges.Count > 0 && Ranges[^1] is var (before, size) && before + size == start && ReferenceEquals(Groups[^1], group))
        {
            Ranges[^1] = (before, size + length);
            return;
        }

        Ranges.Add((start, length));
        Groups.Add(group);
    }
}
