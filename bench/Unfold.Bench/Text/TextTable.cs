using System.Globalization;
using Unfold.Autodiff;
using Unfold.Bench.Peers;
using Unfold.Bench.Reporting;
using Unfold.Data;
using Unfold.Measurement;

namespace Unfold.Bench.Text;

/// <summary>Training of a character model from end to end, beside the same model in PyTorch, and where Unfold's time goes.</summary>
internal static class TextTable
{
    /// <summary>Kinds of <see cref="StepProfile"/> that belong together for a reader.</summary>
    private static readonly (string Name, string[] Kinds)[] Groups =
    [
        ("recurrent layers", ["recurrent"]),
        ("linear layer", ["linear"]),
        ("dropout", ["dropout"]),
        ("loss", ["cross entropy"]),
        ("embedding", ["embedding"]),
        ("optimizer, clipping, clearing", [StepProfile.Optimizer, StepProfile.Clipping, StepProfile.Clearing]),
    ];

    public static void Run(Options options)
    {
        TokenKind kind = Enum.Parse<TokenKind>(options.Text("tokens", "character"), ignoreCase: true);
        bool words = kind == TokenKind.Word;
        string path = options.Text("text", words ? DataFile("wikitext-2", "valid.txt") : DataFile("tinyshakespeare", "input.txt"));
        var size = Options.Size(options.Text("size", words ? "35x20x256x256" : "100x32x64x256"));
        int[] threads = [.. options.List("threads", "1,2").Select(int.Parse)];
        float[] dropouts = [.. options.List("dropout", "0,0.2").Select(d => float.Parse(d, CultureInfo.InvariantCulture))];
        int rounds = options.Whole("rounds", 5);
        double seconds = options.Number("seconds", 1.5);
        string[] keys = options.List("peers", "pytorch");
        bool write = options.Write;
        options.RequireKnown();
        TextCorpus corpus = TextCorpus.Load([path]);

        int most = threads.Max();
        Threads.Count = most;
        var machine = Machine.Measure();
        using Peer? peer = Peer.StartAll(keys).FirstOrDefault();
        var page = new Results();
        Head.Write(page, $"Training a language model of {kind.ToString().ToLowerInvariant()}s, beside PyTorch", machine, peer is null ? null : [peer]);
        page.Line(string.Create(CultureInfo.InvariantCulture,
            $"`unfold train text` and the same model in PyTorch (bench/peers/language_model.py) on {corpus.Text.Length:N0} characters: embedding {size.C}, LSTM 2 × {size.H}, "
            + $"batch {size.N}, unroll {size.T}, Adam, norm of gradients clipped at 1. {rounds} rounds of {seconds} s, in each Unfold and PyTorch in turn: {kind.ToString().ToLowerInvariant()}s a second, from the median of "
            + $"the rounds' median steps (slowest - fastest step of all). × is how many times as fast Unfold is, the median of the rounds' ratios (least - most). Losses in nats at the end of the "
            + $"measurement, Unfold's as a mean of its last hundred steps or so, PyTorch's of its last step: to see that both learn, not for comparison."));
        page.Line();
        page.Columns("dropout", "threads", "Unfold", "PyTorch", "×", "Unfold's loss", "PyTorch's");
        var rows = new List<TextRow>();
        foreach (float dropout in dropouts)
        {
            foreach (int count in threads)
            {
                TextRow row = TextRow.Measure(new TextCase(size, dropout, count, kind), corpus, path, peer, rounds, seconds);
                rows.Add(row);
                page.Row(
                    dropout.ToString(CultureInfo.InvariantCulture), count.ToString(CultureInfo.InvariantCulture), Rate(row, row.Unfold), Rate(row, row.Peer),
                    Span(row.Ratios), Results.Ratio(row.Loss), Results.Ratio(row.PeerLoss));
            }
        }

        Break(page, rows);
        if (write)
            page.Save(words ? "text-words.md" : "text.md");
    }

    /// <summary>The share of a step of each kind of operation.</summary>
    private static void Break(Results page, List<TextRow> rows)
    {
        page.Line();
        page.Line("## Where the time of a step goes in Unfold");
        page.Line();
        page.Line("Shares of all steps of the measurement, and what they are of the median step in milliseconds.");
        page.Line();
        page.Columns(["forward and backward together", .. rows.Select(row => string.Create(
            CultureInfo.InvariantCulture, $"dropout {row.Case.Dropout}, {row.Case.Threads} {(row.Case.Threads == 1 ? "thread" : "threads")}"))]);
        foreach ((string name, string[] kinds) in Groups)
            Add(name, row => kinds.Sum(kind => row.Shares.GetValueOrDefault(kind)));
        Add("the rest", row => row.Shares.Where(share => !Groups.Any(group => group.Kinds.Contains(share.Key))).Sum(share => share.Value));
        Add("**loss, embedding and optimizer together**", row => Groups[3..].Sum(group => group.Kinds.Sum(kind => row.Shares.GetValueOrDefault(kind))));
        page.Row(["all", .. rows.Select(row => Results.Three(row.Unfold.Median))]);

        void Add(string name, Func<TextRow, double> share) => page.Row([name, .. rows.Select(row => Cell(row, share(row)))]);

        static string Cell(TextRow row, double share) =>
            string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1} % ({Results.Three(share * row.Unfold.Median)})");
    }

    private static string Rate(TextRow row, Timing? time) => time is not Timing known ? "-" : string.Create(CultureInfo.InvariantCulture,
        $"{1e3 * row.Case.Tokens / known.Median:N0} ({1e3 * row.Case.Tokens / known.Most:N0} - {1e3 * row.Case.Tokens / known.Least:N0})");

    private static string Span(IReadOnlyList<double> ratios) =>
        ratios.Count == 0 ? "-" : $"{Results.Ratio(Statistics.Median(ratios))} ({Results.Ratio(ratios.Min())} - {Results.Ratio(ratios.Max())})";

    /// <summary>A file of the data sets: under UNFOLD_DATA, else in shared/data beside the repository.</summary>
    private static string DataFile(string set, string file) => Path.Combine(
        Environment.GetEnvironmentVariable("UNFOLD_DATA") is { Length: > 0 } named ? named : Path.Combine(Results.Root, "..", "shared", "data"), set, file);
}
