namespace Unfold.Metrics;

/// <summary>A measured number and its name.</summary>
/// <param name="Name">The usual name in snake case: <c>loss</c>, <c>accuracy</c>, <c>macro_f1</c>, <c>mae</c>, …; losses in nats.</param>
/// <param name="Value">The value; NaN where it is not defined.</param>
public readonly record struct Metric(string Name, double Value);
