using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Optimizers;

/// <summary>
/// Changes trained parameters by their gradients: a loop over the flat buffers of one <see cref="ParameterSet"/>. Fixed parameters stay.
/// Allocates its state at the first step and nothing afterwards.
/// </summary>
public abstract class Optimizer
{
    private readonly (string Name, Tensor Values)[] _state;
    private ParameterSet? _parameters;

    private protected Optimizer(float learningRate, params ReadOnlySpan<string> state)
    {
        RequireNotNegative(GetType().Name, nameof(learningRate), learningRate);
        LearningRate = learningRate;
        _state = new (string, Tensor)[state.Length];
        for (int i = 0; i < state.Length; i++)
            _state[i].Name = state[i];
    }

    /// <summary>The learning rate of the next step; a training loop sets it from its schedule.</summary>
    public float LearningRate { get; set; }

    /// <summary>The number of steps done; set it when going on from a checkpoint.</summary>
    public long StepCount { get; set; }

    /// <summary>
    /// What the optimizer remembers beside <see cref="StepCount"/>: named tensors as long as the flat buffers and laid out like them. Empty before
    /// <see cref="Prepare"/> or the first step.
    /// </summary>
    public IEnumerable<(string Name, Tensor Values)> State => _parameters is null ? [] : _state;

    /// <summary>Makes the state, zeros, if there is none yet: to be called before a checkpoint's is copied into it.</summary>
    /// <exception cref="InvalidOperationException">The optimizer belongs to another set.</exception>
    public void Prepare(ParameterSet parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (_parameters == parameters)
            return;
        if (_parameters is not null)
            throw new InvalidOperationException("An optimizer remembers one set of parameters; make another for another set.");
        for (int i = 0; i < _state.Length; i++)
            _state[i].Values = Tensor.Zeros(new Shape(parameters.Values.Length));
        _parameters = parameters;
    }

    /// <summary>Replaces a part of the state by what a checkpoint kept.</summary>
    /// <param name="name">A name in <see cref="State"/>.</param>
    /// <param name="values">As many values as the flat buffers hold.</param>
    /// <exception cref="ArgumentException">There is no such part, or its length is another.</exception>
    public void Restore(string name, ReadOnlySpan<float> values)
    {
        foreach ((string own, Tensor part) in State)
        {
            if (own != name)
                continue;
            if (part.Shape.Length != values.Length)
            {
                throw new ArgumentException($"The optimizer's '{name}' holds {part.Shape.Length} values for these parameters, but "
                    + $"{values.Length} were given. Is the checkpoint another model's?");
            }

            values.CopyTo(part.Span);
            return;
        }

        throw new ArgumentException($"{GetType().Name} has no state '{name}'. Call Prepare first; it has: "
            + $"{string.Join(", ", _state.Select(part => part.Name))}.");
    }

    /// <summary>Makes one step with the gradients as they are. Gradients are not cleared.</summary>
    public void Step(ParameterSet parameters) => Step(parameters, 1);

    /// <summary>
    /// Makes one step with the gradients times a factor, such as <see cref="GradientClipping.FactorByNorm"/> gives: equal to the bit to scaling them
    /// first, without a pass over memory of its own.
    /// </summary>
    internal void Step(ParameterSet parameters, float factor)
    {
        Prepare(parameters);
        StepCount++;
        Update(parameters, factor);
    }

    /// <summary>Changes every trained parameter by its gradient times <paramref name="factor"/>; <see cref="StepCount"/> counts this step already.</summary>
    private protected abstract void Update(ParameterSet parameters, float factor);

    /// <summary>A part of the state, by its position in the constructor's list.</summary>
    private protected Tensor Remembered(int index) => _state[index].Values;

    private protected static void RequireNotNegative(string who, string name, double value)
    {
        if (!(value >= 0 && double.IsFinite(value)))
            throw new ArgumentOutOfRangeException(name, $"{who} expects a {name} of 0 or more, but got {value}.");
    }

    private protected static void RequireFrom0To1(string who, string name, double value)
    {
        if (!(value >= 0 && value < 1))
            throw new ArgumentOutOfRangeException(name, $"{who} expects a {name} from 0 to below 1, but got {value}.");
    }
}
