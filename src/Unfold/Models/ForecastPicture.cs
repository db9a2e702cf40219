using System.Globalization;
using System.Security;
using System.Text;
using Unfold.Data.Forecasting;

namespace Unfold.Models;

/// <summary>Forecasts beside the truth as an SVG picture, a panel for each variable.</summary>
/// <param name="series">The truth.</param>
/// <param name="first">The first step that is drawn.</param>
/// <param name="made">[T, C, Q]: the forecasts of the steps from there on, as measured.</param>
/// <param name="each">Q; 1 for points alone.</param>
/// <param name="horizon">After how many steps a forecast ends and the next begins.</param>
internal sealed class ForecastPicture(TimeSeries series, int first, float[] made, int each, int horizon)
{
    private const int Wide = 960, High = 180, Left = 60, Right = 10, Top = 26, Bottom = 22;

    private readonly int _steps = series.Steps - first;

    /// <summary>The picture.</summary>
    internal string Draw()
    {
        StringBuilder text = new();
        int high = (series.Width * High) + 10;
        text.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Wide}\" height=\"{high}\" viewBox=\"0 0 {Wide} {high}\" font-family=\"sans-serif\" font-size=\"11\">\n");
        text.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Wide}\" height=\"{high}\" fill=\"white\"/>\n");
        for (int c = 0; c < series.Width; c++)
            Panel(text, c);
        return text.Append("</svg>\n").ToString();
    }

    private void Panel(StringBuilder text, int variable)
    {
        double least = double.PositiveInfinity, greatest = double.NegativeInfinity;
        for (int t = 0; t < _steps; t++)
        {
            Include(Truth(t, variable));
            for (int q = 0; q < each; q++)
                Include(Made(t, variable, q));
        }

        if (greatest - least < 1e-9)
            (least, greatest) = (least - 1, greatest + 1);
        double top = (variable * High) + Top, bottom = ((variable + 1) * High) - Bottom;
        text.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{top - 8:0.#}\"><tspan font-weight=\"bold\">{SecurityElement.Escape(series.Names[variable])}</tspan>"
            + $"  <tspan fill=\"#555\">truth</tspan>  <tspan fill=\"#c2410c\">forecast, {horizon} {(horizon == 1 ? "step" : "steps")} at once</tspan></text>\n");
        text.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {top:0.#}V{bottom:0.#}H{Wide - Right}\" fill=\"none\" stroke=\"#999\"/>\n");
        text.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 4}\" y=\"{top + 8:0.#}\" text-anchor=\"end\">{greatest:G4}</text><text x=\"{Left - 4}\" y=\"{bottom:0.#}\" text-anchor=\"end\">{least:G4}</text>\n");
        text.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{bottom + 14:0.#}\">{When(0)}</text><text x=\"{Wide - Right}\" y=\"{bottom + 14:0.#}\" text-anchor=\"end\">{When(_steps - 1)}</text>\n");
        if (each > 1)
            Line(text, Enumerable.Range(0, _steps).Select(t => (t, Made(t, variable, each - 1))).Concat(Enumerable.Range(1, _steps).Select(i => (_steps - i, Made(_steps - i, variable, 0)))), "fill=\"#fdba74\" fill-opacity=\"0.5\" stroke=\"none\"");
        Line(text, Enumerable.Range(0, _steps).Select(t => (t, Truth(t, variable))), "fill=\"none\" stroke=\"#555\"");
        for (int begin = 0; begin < _steps; begin += horizon)
            Line(text, Enumerable.Range(begin, Math.Min(horizon, _steps - begin)).Select(t => (t, Made(t, variable, each / 2))), "fill=\"none\" stroke=\"#c2410c\" stroke-linecap=\"round\"");

        void Include(double value) => (least, greatest) = (Math.Min(least, value), Math.Max(greatest, value));

        void Line(StringBuilder target, IEnumerable<(int Step, double Value)> points, string style)
        {
            target.Append("<polyline points=\"");
            foreach ((int step, double value) in points)
            {
                double x = Left + ((Wide - Left - Right) * (double)step / Math.Max(1, _steps - 1)), y = bottom - ((bottom - top) * (value - least) / (greatest - least));
                target.Append(CultureInfo.InvariantCulture, $"{x:0.#},{y:0.#} ");
            }

            target.Append(CultureInfo.InvariantCulture, $"\" {style}/>\n");
        }
    }

    private double Truth(int step, int variable) => series.Values[((first + step) * series.Width) + variable];

    private double Made(int step, int variable, int quantile) => made[(((step * series.Width) + variable) * each) + quantile];

    private string When(int step) => series.Times is null
        ? $"step {first + step + 1}"
        : series.Times[first + step].ToString(series.Times[first + step].TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
