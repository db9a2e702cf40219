namespace Unfold;

/// <summary>
/// A mistake that a person can mend: unusable data, an impossible option, a broken file. Its message is one plain sentence that says
/// what was expected and what came, fit to be shown as it is.
/// </summary>
public abstract class UnfoldException : Exception
{
    private protected UnfoldException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>Data that cannot be used: a missing, empty, binary or tiny text, or a character that a model does not know.</summary>
public sealed class InputException : UnfoldException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">One plain sentence, which names the file.</param>
    /// <param name="inner">What went wrong underneath, if anything.</param>
    public InputException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>An option that is out of range, or that does not go with another one.</summary>
public sealed class OptionException : UnfoldException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="option">The name of the property, as in <c>Dropout</c>.</param>
    /// <param name="message">One plain sentence: the option, its range, and what came.</param>
    public OptionException(string option, string message) : base(message) => Option = option;

    /// <summary>The name of the property that is wrong, as in <c>Dropout</c>.</summary>
    public string Option { get; }
}

/// <summary>A list of layers or of augmentations is wrong: the message holds every mistake as a compiler would print it, with line, column and a caret.</summary>
public sealed class NotationException : UnfoldException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">The mistakes.</param>
    public NotationException(string message) : base(message)
    {
    }
}

/// <summary>A model or checkpoint file that cannot be read or written: cut short, oversized, inconsistent, or of another task.</summary>
public sealed class ModelFileException : UnfoldException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">One plain sentence, which names the file and the reason.</param>
    /// <param name="inner">What went wrong underneath, if anything.</param>
    public ModelFileException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>Training that cannot go on, because the loss or a gradient is no longer a number.</summary>
public sealed class TrainingException : UnfoldException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Plain sentences: what happened when and where, and what may help.</param>
    /// <param name="layer">The layer where it arose, if that is known.</param>
    public TrainingException(string message, string? layer = null) : base(message) => Layer = layer;

    /// <summary>The name of the layer where the first number that is none arose, as in <c>decoder</c>; null where it is not known.</summary>
    public string? Layer { get; }
}
