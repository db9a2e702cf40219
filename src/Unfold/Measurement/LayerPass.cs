namespace Unfold.Measurement;

/// <summary>What a layer does in one run.</summary>
public enum LayerPass
{
    /// <summary>Forward, then backward to x and to all weights.</summary>
    Train,

    /// <summary>Forward alone, over whole sequences.</summary>
    Infer,

    /// <summary>One step of streaming: from the state before it to the state after it.</summary>
    Step,
}
