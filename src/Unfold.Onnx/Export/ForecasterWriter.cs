using Unfold.Models;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Export;

/// <summary>Writes forecasters: history [T, N, C] as measured, T being the steps that the model looks back on, to forecast [F, N, C], or [F, N, C, Q] of quantiles, as measured.</summary>
internal static class ForecasterWriter
{
    private const float LeastVariance = 1e-5f;

    /// <summary>The graph.</summary>
    public static GraphWriter Of(Forecaster model)
    {
        GraphWriter graph = new("forecaster");
        (ForecastNetwork network, ForecasterOptions options, ForecastScale scale) = (model.Network, model.Options, model.Description.Scale);
        int variables = network.Variables, quantiles = options.QuantileCount;
        string history = graph.Input("history", DataType.Float, options.LookBack, Axis.Batch, variables);
        string batch = new SequenceAxes(graph, history, null).Batch;
        string mean = graph.Constant("series.mean", [variables], scale.Mean), deviation = graph.Constant("series.deviation", [variables], scale.Deviation);
        string x = graph.Node("Div", "series", [graph.Node("Sub", "series.centred", [history, mean]), deviation]);

        (string? shift, string? size) = View(graph, options, x);
        string window = shift is null ? x : graph.Node("Sub", "window.centred", [x, shift]);
        window = size is null ? window : graph.Node("Div", "window", [window, size]);
        string y = Network(graph, network, window, batch);

        // From segments of rows back to steps of variables, each with its quantiles.
        (long[] apart, long[] order) = options.Joint && variables > 1
            ? (new long[] { 0, -1, options.Segment, variables, quantiles }, new long[] { 0, 2, 1, 3, 4 })
            : (new long[] { 0, -1, variables, options.Segment, quantiles }, new long[] { 0, 3, 1, 2, 4 });
        y = graph.Node("Reshape", "forecast.apart", [y, graph.Integers(apart)]);
        y = graph.Node("Transpose", "forecast.ordered", [y], Attributes.Of("perm", order));
        y = graph.Node("Reshape", "forecast.steps", [y, Dimensions(graph, "forecast.shape", options.Horizon, batch, variables, quantiles)]);
        if (size is not null)
            y = graph.Node("Mul", "forecast.scaled", [y, Column(graph, size, 3)]);
        if (shift is not null)
            y = graph.Node("Add", "forecast.shifted", [y, Column(graph, shift, 3)]);
        y = graph.Node("Add", "forecast.measured", [graph.Node("Mul", "forecast.deviation", [y, Column(graph, deviation, 1)]), Column(graph, mean, 1)]);
        if (options.Quantiles.Count == 0)
            graph.Output(graph.Node("Squeeze", "forecast.points", [y, graph.Integers(3)]), "forecast", DataType.Float, options.Horizon, Axis.Batch, variables);
        else
            graph.Output(y, "forecast", DataType.Float, options.Horizon, Axis.Batch, variables, quantiles);
        return graph;
    }

    /// <summary>What is subtracted from a window and what it is divided by, [1, N, C] each; null for nothing.</summary>
    private static (string? Shift, string? Scale) View(GraphWriter graph, ForecasterOptions options, string x)
    {
        if (options.View == WindowView.AsIs)
            return (null, null);
        if (options.View == WindowView.FromLast)
            return (graph.Node("Slice", "window.last", [x, graph.Integers(options.LookBack - 1), graph.Integers(options.LookBack), graph.Integers(0)]), null);
        string mean = Mean(graph, x, "window.mean"), centred = graph.Node("Sub", "window.from_mean", [x, mean]);
        string variance = Mean(graph, graph.Node("Mul", "window.squares", [centred, centred]), "window.variance");
        return (mean, graph.Node("Sqrt", "window.deviation", [graph.Node("Add", "window.kept", [variance, graph.Scalar(LeastVariance)])]));
    }

    /// <summary>From a window [T, N, C] to segments [F, R, w Q].</summary>
    private static string Network(GraphWriter graph, ForecastNetwork network, string window, string batch)
    {
        ForecasterOptions options = network.Options;
        int variables = network.Variables, read = options.LookBack / options.Segment, asked = options.Horizon / options.Segment;
        string x = graph.Node("Reshape", "segments.apart", [window, Dimensions(graph, "segments.shape", read, options.Segment, batch, variables)]);
        bool joint = network.VariablesInRow > 1;
        x = graph.Node("Transpose", "segments.ordered", [x], Attributes.Of("perm", joint ? new[] { 0, 2, 1, 3 } : [0, 2, 3, 1]));
        x = graph.Node("Reshape", "segments.rows", [x, graph.Integers(0, -1, network.SegmentWidth)]);
        x = graph.Node("Relu", "segments.read", [LayerWriter.Linear(graph, network.Ends.Segments, x, isRow: false)]);

        x = graph.Node("Concat", "segments.all", [x, Asked(graph, network, asked, batch)], Attributes.Of("axis", 0));
        string y = SequenceWriter.Write(graph, new SequenceAxes(graph, x, null), network.Layer, x);
        y = graph.Node("Slice", "segments.given", [y, graph.Integers(read), graph.Integers(read + asked), graph.Integers(0)]);
        return LayerWriter.Linear(graph, network.Ends.Output, y, isRow: false);
    }

    /// <summary>[F, R, E]: a vector for each segment that is asked for, beside it one for the row's variable.</summary>
    private static string Asked(GraphWriter graph, ForecastNetwork network, int asked, string batch)
    {
        (Autodiff.Parameter places, Autodiff.Parameter? variables) = network.Questions;
        int rows = network.RowsOfWindow, width = places.Shape.Last;
        string question = Spread(graph, graph.Constant(places.Name, [asked, 1, 1, width], places.Value.Values), "places", width);
        if (variables is not null)
        {
            string beside = Spread(graph, graph.Constant(variables.Name, [1, 1, rows, variables.Shape.Last], variables.Value.Values), "variables", variables.Shape.Last);
            question = graph.Node("Concat", "asked", [question, beside], Attributes.Of("axis", -1));
            width += variables.Shape.Last;
        }

        return graph.Node("Reshape", "asked.rows", [question, graph.Integers(0, -1, width)]);

        string Spread(GraphWriter graph, string vectors, string name, int size) =>
            graph.Node("Expand", name + ".all", [vectors, Dimensions(graph, name + ".shape", asked, batch, rows, size)]);
    }

    /// <summary>Sizes in a row, of which one is known when the graph runs.</summary>
    private static string Dimensions(GraphWriter graph, string name, params object[] sizes) =>
        graph.Node("Concat", name, [.. sizes.Select(size => size is int number ? graph.Integers(number) : (string)size)], Attributes.Of("axis", 0));

    private static string Column(GraphWriter graph, string value, int axis) => graph.Node("Unsqueeze", value + ".column", [value, graph.Integers(axis)]);

    private static string Mean(GraphWriter graph, string x, string name) => graph.Node("ReduceMean", name, [x], Attributes.Of("axes", [0]), Attributes.Of("keepdims", 1));
}
