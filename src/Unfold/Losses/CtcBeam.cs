namespace Unfold.Losses;

/// <summary>The likeliest beginnings of what one sequence says, step by step.</summary>
internal sealed class CtcBeam
{
    private readonly int _width, _blank;
    private List<Prefix> _kept;

    /// <param name="width">How many are kept.</param>
    /// <param name="blank">The number of the blank.</param>
    internal CtcBeam(int width, int blank) => (_width, _blank, _kept) = (width, blank, [new Prefix(null, -1) { Blank = 0 }]);

    /// <summary>Goes one step on.</summary>
    /// <param name="logits">[K].</param>
    internal void Read(ReadOnlySpan<float> logits)
    {
        double greatest = double.NegativeInfinity, all = 0;
        foreach (float logit in logits)
            greatest = Math.Max(greatest, logit);
        foreach (float logit in logits)
            all += Math.Exp(logit - greatest);
        all = greatest + Math.Log(all);

        List<Prefix> found = [.. _kept];
        foreach (Prefix prefix in _kept)
            (prefix.NextBlank, prefix.NextLabel) = (double.NegativeInfinity, double.NegativeInfinity);
        foreach (Prefix prefix in _kept)
        {
            double both = LogSum(prefix.Blank, prefix.Label);
            for (int k = 0; k < logits.Length; k++)
            {
                double own = logits[k] - all;
                if (k == _blank)
                {
                    prefix.NextBlank = LogSum(prefix.NextBlank, both + own);
                    continue;
                }

                // The same label again goes on with the one before, or behind a blank is another.
                if (k == prefix.Last)
                    prefix.NextLabel = LogSum(prefix.NextLabel, prefix.Label + own);
                Prefix longer = prefix.Behind(k, found);
                longer.NextLabel = LogSum(longer.NextLabel, (k == prefix.Last ? prefix.Blank : both) + own);
            }
        }

        foreach (Prefix prefix in found)
            (prefix.Blank, prefix.Label) = (prefix.NextBlank, prefix.NextLabel);
        foreach (Prefix lost in found.OrderByDescending(prefix => prefix.Both).Skip(_width))
            lost.IsKept = false;
        _kept = [.. found.Where(prefix => prefix.IsKept)];
    }

    /// <summary>The likeliest labels so far, and the logarithm of their probability.</summary>
    internal (int[] Labels, double LogProbability) Best()
    {
        Prefix best = _kept.MaxBy(prefix => prefix.Both)!;
        List<int> labels = [];
        for (Prefix prefix = best; prefix.Before is not null; prefix = prefix.Before)
            labels.Add(prefix.Last);
        labels.Reverse();
        return ([.. labels], best.Both);
    }

    private static double LogSum(double a, double b)
    {
        double greatest = Math.Max(a, b);
        return double.IsNegativeInfinity(greatest) ? greatest : greatest + Math.Log(1 + Math.Exp(Math.Min(a, b) - greatest));
    }

    /// <summary>Labels said so far, as the last behind those before; how likely they are by paths that end with a blank and by those that do not.</summary>
    private sealed class Prefix(Prefix? before, int last)
    {
        private readonly Dictionary<int, Prefix> _longer = [];

        public Prefix? Before => before;

        public int Last => last;

        public bool IsKept { get; set; } = true;

        public double Blank { get; set; } = double.NegativeInfinity;

        public double Label { get; set; } = double.NegativeInfinity;

        public double NextBlank { get; set; } = double.NegativeInfinity;

        public double NextLabel { get; set; } = double.NegativeInfinity;

        public double Both => LogSum(Blank, Label);

        /// <summary>These labels and one more; found anew if they are not kept.</summary>
        public Prefix Behind(int label, List<Prefix> found)
        {
            if (_longer.TryGetValue(label, out Prefix? longer) && longer.IsKept)
                return longer;
            longer = _longer[label] = new Prefix(this, label);
            found.Add(longer);
            return longer;
        }
    }
}
