namespace Unfold.Cells.Syntax;

/// <summary>Two sizes that a place of the text needs to be equal, and what to say when they are not.</summary>
internal sealed record SizeConstraint(SizeTerm Left, SizeTerm Right, TextSpan Span, Func<string, string, SizeComplaint> Complain);

/// <summary>An error's wording.</summary>
internal readonly record struct SizeComplaint(string Message, string? Expected, string? Fix);

/// <summary>
/// Finds the sizes that the text leaves open, from places which need two sizes to be equal. Where nothing decides, a size is H. Where only C and H
/// stand against each other, the cell needs C = H: that is noted (<see cref="EqualSizes"/>), not an error.
/// </summary>
internal sealed class SizeSolver(Diagnostics diagnostics)
{
    private readonly List<SizeConstraint> _open = [];

    /// <summary>The first place that needs C = H; null when none does.</summary>
    public TextSpan? EqualSizes { get; private set; }

    public void Require(SizeConstraint constraint)
    {
        if (!Settle(constraint))
            _open.Add(constraint);
    }

    /// <summary>Settles what was left open: what has become clear, and then, from the top of the text, by taking the first open size as H.</summary>
    public void Finish()
    {
        _open.RemoveAll(Settle);
        foreach (SizeConstraint constraint in _open)
        {
            while (!Settle(constraint))
                constraint.Left.Plus(constraint.Right, -1).Resolved().Unknowns.First().Key.Value = SizeTerm.Hidden;
        }

        _open.Clear();
    }

    /// <summary>A size after <see cref="Finish"/>.</summary>
    public static SizeTerm Final(SizeTerm term)
    {
        SizeTerm resolved = term.Resolved();
        foreach (SizeVariable unknown in resolved.Unknowns.Keys)
            unknown.Value = SizeTerm.Hidden;
        return resolved.Resolved();
    }

    /// <summary>Makes both sides equal where that is possible in one way, or reports; false when more must be known first.</summary>
    private bool Settle(SizeConstraint constraint)
    {
        SizeTerm left = constraint.Left.Resolved(), right = constraint.Right.Resolved();
        SizeTerm difference = left.Plus(right, -1).Resolved();
        if (difference.IsZero)
            return true;
        if (difference.IsTooLarge)
        {
            diagnostics.Error(constraint.Span, "a size beyond all bounds", $"sizes below {SizeTerm.Limit}");
            return true;
        }

        foreach ((SizeVariable unknown, long count) in difference.Unknowns)
        {
            if (Math.Abs(count) != 1)
                continue;
            SizeTerm rest = SizeTerm.Zero.Plus(difference, -count).Plus(SizeTerm.Of(unknown));
            if (!IsSize(rest))
                continue;
            unknown.Value = rest;
            return true;
        }

        if (difference.Unknowns.Count > 0 && CouldBeZero(difference))
            return false;
        if (difference.IsKnown && difference.Renamed("C", "H").IsZero)
        {
            EqualSizes ??= constraint.Span;
            return true;
        }

        SizeComplaint complaint = constraint.Complain(left.ToString(), right.ToString());
        diagnostics.Error(constraint.Span, complaint.Message, complaint.Expected, complaint.Fix);
        return true;
    }

    /// <summary>Whether a sum has no negative part, so that it can be a size.</summary>
    private static bool IsSize(SizeTerm term) =>
        !term.IsZero && term.Constant >= 0 && term.Names.Values.All(n => n > 0) && term.Unknowns.Values.All(n => n > 0);

    /// <summary>Whether some values of the unknown sizes can make it zero: not when all parts have one sign.</summary>
    private static bool CouldBeZero(SizeTerm term)
    {
        bool positive = term.Constant > 0 || term.Names.Values.Any(n => n > 0) || term.Unknowns.Values.Any(n => n > 0);
        bool negative = term.Constant < 0 || term.Names.Values.Any(n => n < 0) || term.Unknowns.Values.Any(n => n < 0);
        return positive && negative;
    }
}
