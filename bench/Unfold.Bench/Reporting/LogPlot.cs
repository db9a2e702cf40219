using System.Net;
using System.Text;

namespace Unfold.Bench.Reporting;

/// <summary>One line of a plot.</summary>
/// <param name="Name">What stands at its end.</param>
/// <param name="Values">Above zero; the first at 1 ×, each next one at twice that.</param>
internal sealed record PlotLine(string Name, double[] Values);

/// <summary>One plot of several lines.</summary>
internal sealed record Panel(string Title, PlotLine[] Lines);

/// <summary>Plots side by side with logarithmic axes, as the text of an SVG file: a line of slope one is cost that grows as fast as its cause.</summary>
internal static class LogPlot
{
    private const int Width = 480, Height = 360, Left = 56, Right = 130, Top = 44, Bottom = 44, LabelHeight = 15;

    // Apart in hue and in lightness, so that they differ for every eye and in print.
    private static readonly string[] Colours = ["#1b6ca8", "#d1495b", "#2f8f4e", "#8a5a00"];

    private static readonly string[] Dashes = ["", "7 3", "2 3", "9 3 2 3"];

    public static string Draw(Panel[] panels)
    {
        var svg = new StringBuilder();
        svg.Append($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width * panels.Length} {Height}\" width=\"{Width * panels.Length}\" height=\"{Height}\" ");
        svg.Append("font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#333\">\n");
        svg.Append("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        for (int i = 0; i < panels.Length; i++)
        {
            svg.Append($"<g transform=\"translate({i * Width} 0)\">\n");
            Draw(svg, panels[i]);
            svg.Append("</g>\n");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Draw(StringBuilder svg, Panel panel)
    {
        int right = Width - Right, bottom = Height - Bottom;
        int doublings = Math.Max(1, panel.Lines.Max(line => line.Values.Length) - 1);
        int lowest = (int)Math.Floor(Math.Log2(panel.Lines.Min(line => line.Values.Min()))), highest = (int)Math.Ceiling(Math.Log2(panel.Lines.Max(line => line.Values.Max())));
        highest = Math.Max(highest, lowest + 1);

        Text(svg, Left, 22, panel.Title, "font-size=\"14\" font-weight=\"600\"");
        for (int i = 0; i <= doublings; i++)
        {
            Rule(svg, X(i), Top, X(i), bottom);
            Text(svg, X(i), bottom + 17, $"{1 << i} ×", "text-anchor=\"middle\"");
        }

        for (int power = lowest; power <= highest; power++)
        {
            Rule(svg, Left, Y(power), right, Y(power));
            Text(svg, Left - 7, Y(power) + 4, Results.Short(Math.Pow(2, power)), "text-anchor=\"end\"");
        }

        Text(svg, (Left + right) / 2.0, Height - 8, "factor of the doubled size", "text-anchor=\"middle\"");

        // Labels stand at the ends of their lines, moved apart where they would cover each other.
        double free = double.NegativeInfinity;
        foreach ((PlotLine line, int index) in panel.Lines.Select((line, index) => (line, index)).OrderBy(pair => Y(Math.Log2(pair.line.Values[^1]))))
        {
            double end = Y(Math.Log2(line.Values[^1])), label = Math.Max(end, free);
            free = label + LabelHeight;
            string colour = Colours[index % Colours.Length], dash = Dashes[index % Dashes.Length];
            string points = string.Join(' ', line.Values.Select((value, i) => $"{X(i):F1},{Y(Math.Log2(value)):F1}"));
            svg.Append($"<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{(dash.Length == 0 ? "" : $" stroke-dasharray=\"{dash}\"")}/>\n");
            for (int i = 0; i < line.Values.Length; i++)
                svg.Append($"<circle cx=\"{X(i):F1}\" cy=\"{Y(Math.Log2(line.Values[i])):F1}\" r=\"3\" fill=\"{colour}\"/>\n");
            double x = X(line.Values.Length - 1);
            svg.Append($"<line x1=\"{x + 4:F1}\" y1=\"{end:F1}\" x2=\"{x + 9:F1}\" y2=\"{label:F1}\" stroke=\"{colour}\"/>\n");
            Text(svg, x + 12, label + 4, line.Name, $"fill=\"{colour}\"");
        }

        double X(double doubling) => Left + ((right - Left) * doubling / doublings);

        double Y(double power) => bottom - ((bottom - Top) * (power - lowest) / (highest - lowest));
    }

    private static void Rule(StringBuilder svg, double x1, double y1, double x2, double y2) =>
        svg.Append($"<line x1=\"{x1:F1}\" y1=\"{y1:F1}\" x2=\"{x2:F1}\" y2=\"{y2:F1}\" stroke=\"#e3e3e3\"/>\n");

    private static void Text(StringBuilder svg, double x, double y, string text, string attributes) =>
        svg.Append($"<text x=\"{x:F1}\" y=\"{y:F1}\" {attributes}>{WebUtility.HtmlEncode(text)}</text>\n");
}
