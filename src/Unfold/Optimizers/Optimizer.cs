using Unfold.Autodiff;
using Unfold.Kernels.Optimizers;
using Unfold.Tensors;

namespace Unfold.Optimizers;

/// <summary>
/// Changes trained parameters by their gradients: one pass over the flat buffers of one <see cref="ParameterSet"/>, on all threads. Fixed parameters stay.
/// Allocates its state at the first step and nothing afterwards.
/// </summary>
/// <remarks>
/// Every rule begins with <c>e = g + (weightDecay + L2) p + L1 sign(p)</c>, but for <see cref="AdamW"/>, whose weight decay is apart, and ends with
/// <c>p -= Δ</c>, Δ being the learning rate times its direction. The loss does not contain the penalties, and clipping comes before them.
/// </remarks>
public abstract class Optimizer
{
    private readonly (string Name, Tensor Values)[] _state;
    private readonly StepJob _job;
    private float _l1;
    private float _l2;
    private float? _updateLimit;
    private IReadOnlyList<ParameterGroup> _groups = [];
    private double? _momentum;
    private ParameterSet? _parameters;

    private protected Optimizer(float learningRate, float weightDecay, double? momentum, params ReadOnlySpan<string> state)
    {
        RequireNotNegative(nameof(learningRate), learningRate);
        RequireNotNegative(nameof(weightDecay), weightDecay);
        LearningRate = learningRate;
        WeightDecay = weightDecay;
        _momentum = momentum;
        _job = new StepJob(this);
        _state = new (string, Tensor)[state.Length];
        for (int i = 0; i < state.Length; i++)
            _state[i].Name = state[i];
    }

    /// <summary>The learning rate of the next step; a training loop sets it from its schedule.</summary>
    public float LearningRate { get; set; }

    /// <summary>
    /// How much of the former direction stays at the next step, from 0 to below 1: the momentum, of Adam and AdamW beta1; null for rules that have none. A
    /// training loop may set it from its schedule.
    /// </summary>
    /// <exception cref="InvalidOperationException">Set where there is none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Set out of range.</exception>
    public double? Momentum
    {
        get => _momentum;
        set
        {
            if (_momentum is null)
                throw new InvalidOperationException($"This {GetType().Name} has no momentum that could be set.");
            RequireFrom0To1(nameof(Momentum), value ?? double.NaN);
            _momentum = value;
        }
    }

    /// <summary>What part of each parameter is added to its gradient; with <see cref="AdamW"/>, times the learning rate, taken from it.</summary>
    public float WeightDecay { get; }

    /// <summary>The weight of the penalty <c>L1 Σ|p|</c>, which adds <c>L1 sign(p)</c> to gradients; 0 or more, 0 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or no finite number.</exception>
    public float L1
    {
        get => _l1;
        set => _l1 = RequireNotNegative(nameof(L1), value);
    }

    /// <summary>The weight of the penalty <c>L2/2 Σp²</c>, which adds <c>L2 p</c> to gradients; 0 or more, 0 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or no finite number.</exception>
    public float L2
    {
        get => _l2;
        set => _l2 = RequireNotNegative(nameof(L2), value);
    }

    /// <summary>
    /// The most that a step changes any one value by: each component of the step becomes <c>Δ limit / max(|Δ|, limit)</c>. Above 0; null (default) for no limit.
    /// A weight decay that is apart is not counted.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not above 0.</exception>
    public float? UpdateLimit
    {
        get => _updateLimit;
        set => _updateLimit = value is null or > 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), $"{GetType().Name} expects an UpdateLimit above 0, but got {value}.");
    }

    /// <summary>What holds for some of the parameters only: each is in the first group whose pattern takes it. Empty by default; to be set before <see cref="Prepare"/>.</summary>
    /// <exception cref="InvalidOperationException">Set after <see cref="Prepare"/> or the first step.</exception>
    public IReadOnlyList<ParameterGroup> Groups
    {
        get => _groups;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (_parameters is not null)
                throw new InvalidOperationException("An optimizer's groups are set before it is prepared and before its first step.");
            _groups = [.. value];
        }
    }

    /// <summary>The number of steps done; set it when going on from a checkpoint.</summary>
    public long StepCount { get; set; }

    /// <summary>
    /// What the optimizer remembers beside <see cref="StepCount"/>: named tensors as long as the flat buffers and laid out like them. Empty before
    /// <see cref="Prepare"/> or the first step.
    /// </summary>
    public IEnumerable<(string Name, Tensor Values)> State => _parameters is null ? [] : _state;

    /// <summary>Whether the weight decay is taken from the values instead of added to the gradients.</summary>
    private protected virtual bool HasDecoupledDecay => false;

    /// <summary>
    /// Finds the parameters of the groups, freezes what they freeze, and makes the state, zeros, if there is none yet: to be called before the first forward pass where
    /// something is frozen, and before a checkpoint's state is copied into this one's.
    /// </summary>
    /// <exception cref="InvalidOperationException">The optimizer belongs to another set.</exception>
    /// <exception cref="ArgumentException">A group takes no parameter; the message lists their names.</exception>
    public void Prepare(ParameterSet parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (_parameters == parameters)
            return;
        if (_parameters is not null)
            throw new InvalidOperationException("An optimizer remembers one set of parameters; make another for another set.");
        _job.Ranges = GroupedRanges.Resolve(parameters, Groups);
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
        _job.Run(parameters, factor);
    }

    /// <summary>What stands for the learning rate at this step, which <see cref="StepCount"/> counts already.</summary>
    private protected virtual double RateOfStep(double learningRate) => learningRate;

    /// <summary>Makes the step for a stretch of the flat buffers; called by several threads at once, each for stretches of its own.</summary>
    /// <param name="values">The flat buffer of values.</param>
    /// <param name="gradients">The flat buffer of gradients.</param>
    /// <param name="first">Where the stretch begins in the buffers, and in the state; a multiple of 16.</param>
    /// <param name="length">Its length; a multiple of 16.</param>
    /// <param name="terms">Learning rate, decay and penalties there.</param>
    private protected abstract unsafe void Update(float* values, float* gradients, int first, int length, in StepTerms terms);

    /// <summary>A part of the state, by its position in the constructor's list.</summary>
    private protected Tensor Remembered(int index) => _state[index].Values;

    private protected float RequireNotNegative(string name, float value) => value >= 0 && float.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, $"{GetType().Name} expects a {name} of 0 or more, but got {value}.");

    private protected double RequireFrom0To1(string name, double value) => value is >= 0 and < 1
        ? value
        : throw new ArgumentOutOfRangeException(name, $"{GetType().Name} expects a {name} from 0 to below 1, but got {value}.");

    private protected float RequireEpsilon(float epsilon) => epsilon > 0
        ? epsilon
        : throw new ArgumentException($"{GetType().Name} expects an epsilon above 0, but got {epsilon}.");

    private StepTerms TermsOf(ParameterGroup? group, float factor)
    {
        double rate = LearningRate * (double)(group?.LearningRateFactor ?? 1);
        float decay = group?.WeightDecay ?? WeightDecay;
        float l2 = group?.L2 ?? L2;
        return new StepTerms
        {
            Rate = (float)RateOfStep(rate),
            Factor = factor,
            Decay = HasDecoupledDecay ? l2 : decay + l2,
            L1 = group?.L1 ?? L1,
            Shrink = HasDecoupledDecay ? (float)(1 - rate * decay) : 1,
            Limit = UpdateLimit ?? float.PositiveInfinity,
        };
    }

    private sealed unsafe class StepJob(Optimizer owner) : FlatJob
    {
        private StepTerms[] _terms = [];
        private GroupedRanges _ranges = new();

        public GroupedRanges Ranges
        {
            set
            {
                _ranges = value;
                _terms = new StepTerms[value.Ranges.Count];
            }
        }

        public void Run(ParameterSet parameters, float factor)
        {
            for (int i = 0; i < _terms.Length; i++)
                _terms[i] = owner.TermsOf(_ranges.Groups[i], factor);
            Run(parameters, _ranges.Ranges);
        }

        protected override void Apply(int range, int first, int length) => owner.Update(Values, Gradients, first, length, _terms[range]);
    }
}
