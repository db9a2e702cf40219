using System.Globalization;

namespace Unfold.Cells.Schedule;

/// <summary>
/// Chooses what the forward pass leaves in memory for the backward pass: in the place of each sum of products what is made of it, where that is enough, and
/// beside it what is cheap to keep.
/// </summary>
/// <param name="context">Gives the places.</param>
/// <param name="values">All values of the forward pass.</param>
/// <param name="needed">Those that the backward pass looks at.</param>
/// <param name="disputed">Sums that must stay in their place, since they are still read when something else would come there.</param>
/// <param name="roots">What must be left in memory anyway; what is kept is added.</param>
internal sealed class Keeping(ScheduleContext context, HashSet<Value> values, HashSet<Value> needed, HashSet<Value> disputed, List<Root> roots)
{
    private readonly Dictionary<Value, Slot> _placeOfSum = [];
    private readonly ILookup<Value, Value> _users =
        values.SelectMany(user => user.Sources.Distinct().Select(source => (source, user))).ToLookup(p => p.source, p => p.user);

    /// <summary>One number a row is kept at no cost, where making it again would take a whole row.</summary>
    private readonly HashSet<Value> _numbers =
        [.. Scheduler.Reach(needed).Where(v => v is { Kind: ValueKind.Elementwise, IsRow: true, HomeWidth: > 1 } && v.Inputs.Any(i => !i.IsRow))];

    /// <summary>The place of each sum of products.</summary>
    public IReadOnlyDictionary<Value, Slot> PlaceOfSum => _placeOfSum;

    /// <summary>Gives every sum of products its place, those of equal width side by side.</summary>
    /// <param name="input">x.</param>
    public void PlaceSums(Value input)
    {
        foreach (IGrouping<int, Value> group in values.Where(v => v.Kind == ValueKind.Accumulator).GroupBy(s => s.Width))
        {
            Value[] ordered = [.. group.OrderBy(Rank).ThenBy(OperandsOf, StringComparer.Ordinal).ThenBy(s => s.Id)];
            Slot[] slots = context.Keep(group.Key, ordered.Length);
            for (int i = 0; i < ordered.Length; i++)
            {
                context.Assign(ordered[i], slots[i]);
                _placeOfSum.Add(ordered[i], slots[i]);
            }
        }

        // Sums of x alone first, then those of x and states, then those of states alone, so that products with one operand lie side by side.
        int Rank(Value sum)
        {
            bool hasInput = sum.Terms.Any(t => t.Operand == input), hasOther = sum.Terms.Any(t => t.Operand != input);
            return !hasOther ? 0 : hasInput ? 1 : 2;
        }

        // Equal for sums with the same operands.
        static string OperandsOf(Value sum) => string.Join(' ', sum.Terms.Select(t => t.Operand.Id.ToString("D6", CultureInfo.InvariantCulture)));
    }

    /// <summary>Chooses what is kept in these places, and what has one of its own.</summary>
    /// <param name="spare">Floats a row that may be kept beyond the sums: as many as all states have, so that it is no more than those twice.</param>
    public void PlaceResults(int spare)
    {
        foreach (Value sum in _placeOfSum.Keys.OrderBy(s => s.Id))
        {
            Value[] results = [.. ResultsOf(sum, spare).Where(r => r != sum && !roots.Exists(root => root.Value == r))];
            int further = Math.Max(0, results.Length - 1);
            spare -= further * sum.Width;
            foreach ((Value result, Slot place) in results.Zip([_placeOfSum[sum], .. further > 0 ? context.Keep(sum.Width, further) : []]))
            {
                roots.Add(new Root(result, place));
                context.Assign(result, place);
            }
        }

        _numbers.IntersectWith(Scheduler.Reach(needed, [.. roots.Select(r => r.Value), .. _numbers]));
        foreach (Value number in _numbers.OrderBy(v => v.Id))
            roots.Add(new Root(number, context.Keep(1, 1)[0]));
    }

    /// <summary>What is kept instead of a sum: one value, or, where several functions share it and there is memory, all their results, the last to be made first.</summary>
    private Value[] ResultsOf(Value sum, int spare)
    {
        if (disputed.Contains(sum))
            return [sum];
        Value last = Follow(sum);
        List<Value> functions = UsersOf(last);
        if (IsKept(last) || functions.Count < 2 || !functions.TrueForAll(f => IsRowLike(f, last)))
            return [last];
        Value[] results = [.. functions.Select(Follow).Distinct().OrderByDescending(r => r.Id)];
        return Array.TrueForAll(results, r => IsKept(r) && IsDear(r, last)) && (results.Length - 1) * sum.Width <= spare ? results : [last];
    }

    /// <summary>What is made of a value by one function after the other, up to what the backward pass needs or several use.</summary>
    private Value Follow(Value value)
    {
        while (!IsKept(value) && UsersOf(value) is [Value user] && IsRowLike(user, value))
            value = user;
        return value;
    }

    private List<Value> UsersOf(Value value) => [.. _users[value].Where(u => !_numbers.Contains(u))];

    private bool IsKept(Value value) => needed.Contains(value) || roots.Exists(r => r.Value == value);

    private static bool IsRowLike(Value user, Value value) => user is { Kind: ValueKind.Elementwise, IsRow: false } && user.Width == value.Width;

    /// <summary>Whether making a value again from another costs more than loading it.</summary>
    private bool IsDear(Value value, Value from) =>
        !value.IsCheap || Scheduler.Reach(value.Inputs, [from, .. needed]).Any(v => v != from && !IsKept(v) && !v.IsCheap);
}
