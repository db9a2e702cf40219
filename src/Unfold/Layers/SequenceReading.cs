namespace Unfold.Layers;

/// <summary>How a <see cref="SequenceEncoder"/> makes one vector of a whole sequence.</summary>
public enum SequenceReading
{
    /// <summary>What has read it all: the forward direction's output after the last step, merged with the backward one's after the first.</summary>
    Last,

    /// <summary>The mean of the outputs over the sequence's own steps.</summary>
    Mean,

    /// <summary>The greatest of each output over the sequence's own steps.</summary>
    Max,
}
