using Unfold.Tensors;

namespace Unfold.Autodiff;

/// <summary>
/// The parameters of a model: their values in one flat buffer and their gradients in another, so that optimizers, clipping and checkpoints
/// are loops over two arrays. Layers add their parameters as they are built; then <see cref="Allocate"/> makes the buffers.
/// In both buffers each parameter begins at a 64-byte boundary; the gaps are zeros for ever.
/// </summary>
public sealed class ParameterSet
{
    private readonly List<Parameter> _all = [];
    private readonly Dictionary<string, Parameter> _byName = [];
    private readonly List<(int Start, int Length)> _trainedRanges = [];
    private HostStorage? _values;
    private HostStorage? _gradients;
    private int _length;

    /// <summary>Every parameter, in the order of addition.</summary>
    public IReadOnlyList<Parameter> All => _all;

    /// <summary>The number of values of all parameters together, fixed ones included.</summary>
    public long Count
    {
        get
        {
            long count = 0;
            foreach (Parameter parameter in _all)
                count += parameter.Shape.Length;
            return count;
        }
    }

    /// <summary>The flat buffer of values, with gaps of zeros between the parameters.</summary>
    /// <exception cref="InvalidOperationException">The set has not been allocated.</exception>
    public Span<float> Values
    {
        get
        {
            Version++;
            return (_values ?? throw NotAllocated()).Span;
        }
    }

    /// <summary>The flat buffer of gradients, laid out as <see cref="Values"/>.</summary>
    /// <exception cref="InvalidOperationException">The set has not been allocated.</exception>
    public Span<float> Gradients => (_gradients ?? throw NotAllocated()).Span;

    /// <summary>
    /// Grows whenever the values may have changed: whoever takes <see cref="Values"/> may write. What is derived from the values, such as packed weights,
    /// is made again when this differs. Writing through a parameter's own tensor needs <see cref="Touch"/>.
    /// </summary>
    internal long Version { get; private set; }

    /// <summary>The ranges of the flat buffers that hold trained parameters which are not frozen: as few as possible, in order.</summary>
    internal List<(int Start, int Length)> TrainedRanges => _trainedRanges;

    /// <summary>The parameter of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public Parameter this[string name] => _byName.TryGetValue(name, out Parameter? parameter)
        ? parameter
        : throw new KeyNotFoundException($"There is no parameter '{name}'. There are: {string.Join(", ", _byName.Keys)}.");

    /// <summary>Adds a parameter.</summary>
    /// <param name="name">Its name in model files; unique in the set.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="initializer">How its first values are made.</param>
    /// <param name="trained">False for values that no optimizer changes.</param>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    /// <exception cref="InvalidOperationException">The set has been allocated.</exception>
    public Parameter Add(string name, Shape shape, Initializer initializer, bool trained = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(initializer);
        if (_values is not null)
            throw new InvalidOperationException($"Parameter '{name}' comes too late: build all layers before ParameterSet.Allocate.");
        if (_byName.TryGetValue(name, out Parameter? other))
        {
            throw new ArgumentException($"A parameter '{name}' {other.Shape} is in the set already; another of shape {shape} cannot have its "
                + "name. Give the layers different names.");
        }

        Parameter parameter = new(name, shape, initializer, trained, _length);
        AddRange(parameter);
        _length = checked(_length + HostStorage.AlignUp(shape.Length));
        _all.Add(parameter);
        _byName.Add(name, parameter);
        return parameter;
    }

    /// <summary>Makes the flat buffers and fills the values; gradients are zeros.</summary>
    /// <param name="seed">What random values depend on.</param>
    /// <exception cref="InvalidOperationException">The set has been allocated.</exception>
    public void Allocate(ulong seed)
    {
        if (_values is not null)
            throw new InvalidOperationException("The parameters are allocated already.");
        _values = new HostStorage(_length);
        _gradients = new HostStorage(_length);
        foreach (Parameter parameter in _all)
        {
            parameter.Bind(_values, _gradients);
            parameter.Initializer.Fill(parameter.Value.Span, parameter.Shape, seed, Place.Of(parameter.Name));
        }
    }

    /// <summary>Whether a name is taken; if so, by which parameter.</summary>
    public bool TryGet(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Parameter? parameter) =>
        _byName.TryGetValue(name, out parameter);

    /// <summary>Holds the trained parameters that are chosen and lets all others go: no gradient is asked for them, and <see cref="TrainedRanges"/> leaves them out.</summary>
    internal void Freeze(Predicate<Parameter> chosen)
    {
        _trainedRanges.Clear();
        foreach (Parameter parameter in _all)
        {
            parameter.Freeze(chosen(parameter));
            AddRange(parameter);
        }
    }

    /// <summary>Says that values were written.</summary>
    internal void Touch() => Version++;

    /// <summary>Sets every gradient to zero; to be called before each step's backward pass.</summary>
    public void ZeroGradients() => ClearJob.Run(Gradients);

    private void AddRange(Parameter parameter)
    {
        if (!parameter.NeedsGradient)
            return;
        int added = HostStorage.AlignUp(parameter.Shape.Length);
        if (_trainedRanges.Count > 0 && _trainedRanges[^1] is var (start, length) && start + length == parameter.Offset)
            _trainedRanges[^1] = (start, length + added);
        else
            _trainedRanges.Add((parameter.Offset, added));
    }

    private static InvalidOperationException NotAllocated() =>
        new("The parameters have no values yet: call ParameterSet.Allocate(seed) after all layers are built.");
}
