using Unfold.Autodiff.Operations;
using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Autodiff;

/// <summary>
/// Records operations on tensors and computes gradients by going through them backwards (reverse mode). A training step is: forward
/// operations, <see cref="Backward(Tensor)"/>, the optimizer, <see cref="Reset"/>. Tensors made on the tape live in its arena until
/// <see cref="Reset"/>; the arena is used again, so that after the first step of equal shapes nothing is allocated.
/// A tape belongs to one thread at a time; several tapes may use the same parameters at once for inference.
/// </summary>
public sealed class Tape
{
    private readonly Arena _arena;
    private readonly ObjectPools _objects = new();
    private TapeEntry[] _entries = new TapeEntry[64];
    private int _count;
    private bool _spent;

    /// <summary>Makes a tape for training.</summary>
    /// <param name="seed">What every random choice on the tape, such as dropout, depends on.</param>
    public Tape(ulong seed = 0)
    {
        _arena = new Arena(this);
        Seed = seed;
    }

    /// <summary>Whether operations are recorded for <see cref="Backward(Tensor)"/>; false for inference. Default true.</summary>
    public bool Recording { get; set; } = true;

    /// <summary>Whether layers that behave differently in training, such as dropout, do so. Default true.</summary>
    public bool Training { get; set; } = true;

    /// <summary>What random choices depend on, with <see cref="Step"/> and their place in the network.</summary>
    public ulong Seed { get; }

    /// <summary>The training step, set by the training loop (0 to 2^32 - 1): equal steps make equal random choices.</summary>
    public long Step { get; set; }

    /// <summary>Who counts the time of recorded operations; null for nobody.</summary>
    internal StepProfile? Profile { get; set; }

    /// <summary>Who is shown the gates of each recurrent run: all their values under LAYER/GATE; null for nobody, and then they cost nothing.</summary>
    internal Action<string, float[]>? Gates { get; set; }

    /// <summary>The floats that the arena has taken from the system so far.</summary>
    internal long ArenaCapacity => _arena.Capacity;

    /// <summary>The floats that the arena has handed out since the last reset.</summary>
    internal long ArenaInUse => _arena.InUse;

    /// <summary>What has been recorded since the last reset, in order.</summary>
    internal ReadOnlySpan<TapeEntry> Entries => _entries.AsSpan(0, _count);

    /// <summary>A tape for inference: it records nothing, and dropout is off.</summary>
    public static Tape ForInference() => new() { Recording = false, Training = false };

    /// <summary>
    /// A view of a tensor, such as an input, whose gradient the tape computes although it is no parameter.
    /// It ends with <see cref="Reset"/>.
    /// </summary>
    public Tensor Watch(Tensor tensor)
    {
        Tensor alias = Alias(tensor);
        MarkNeedsGradient(alias);
        return alias;
    }

    /// <summary>
    /// Computes the gradient of a loss with respect to every tensor that it depends on. Parameters' gradients are added to what
    /// they hold. Cost: about twice the forward pass.
    /// </summary>
    /// <param name="loss">A tensor of one element, made on this tape.</param>
    /// <exception cref="ArgumentException">The loss has several elements, or depends on nothing that needs a gradient.</exception>
    /// <exception cref="InvalidOperationException">The tape did not record, or went backwards already since its reset.</exception>
    public void Backward(Tensor loss) => Backward(loss, 1);

    /// <summary>As <see cref="Backward(Tensor)"/>, for the loss times a weight: its part of the mean over several batches.</summary>
    internal void Backward(Tensor loss, float weight)
    {
        if (loss.Shape.Length != 1)
        {
            throw new ArgumentException($"Backward starts from a loss of one element, but got {loss.Shape}. "
                + "Take Sum or Mean of it first, or give the gradients of the outputs.");
        }

        CheckReady(loss);
        Gradient(loss).Span[0] += weight;
        Walk();
    }

    /// <summary>
    /// Computes gradients from given gradients of one or more outputs: of the sum of all outputs' elements, each times its given
    /// gradient. Otherwise as <see cref="Backward(Tensor)"/>.
    /// </summary>
    /// <param name="outputs">Tensors made on this tape.</param>
    /// <param name="gradients">For each output its gradient, of the same shape.</param>
    public unsafe void Backward(ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor> gradients)
    {
        if (outputs.Length != gradients.Length)
            throw new ArgumentException($"Backward takes a gradient for each of the {outputs.Length} outputs, but got {gradients.Length}.");
        for (int i = 0; i < outputs.Length; i++)
        {
            CheckReady(outputs[i]);
            if (outputs[i].Shape != gradients[i].Shape)
            {
                throw new ArgumentException($"Backward takes gradients of their outputs' shapes, but output {i} is {outputs[i].Shape} and "
                    + $"its gradient {gradients[i].Shape}.");
            }
        }

        // Nothing is added to the gradient of what was made last.
        bool isLast = outputs.Length == 1 && _count > 0 && _entries[_count - 1].Output.HasValue && _entries[_count - 1].Output.Slot == outputs[0].Slot;
        for (int i = 0; i < outputs.Length; i++)
        {
            if (isLast && TryAdoptGradient(outputs[i], gradients[i]))
                continue;
            Tensor target = GradientTarget(outputs[i], out bool accumulate);
            ElementwiseJob.Unary(&Elementwise.Copy, gradients[i], target, accumulate);
        }

        Walk();
    }

    /// <summary>
    /// Forgets everything recorded and takes the arena's memory back. Tensors made on the tape expire: take a
    /// <see cref="Tensor.Copy"/> of what must last, such as the state carried from chunk to chunk.
    /// </summary>
    public void Reset()
    {
        Array.Clear(_entries, 0, _count);
        _count = 0;
        _spent = false;
        _arena.Reset();
        _objects.Reset();
    }

    /// <summary>
    /// The gradient of a parameter, or of a tensor made or watched on this tape: a buffer that gradients are added to, zeros when it is first
    /// asked for. Ask after <see cref="Backward(Tensor)"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The tensor needs no gradient: it is a plain input, or nothing was recorded.</exception>
    public Tensor Gradient(Tensor tensor)
    {
        Tensor gradient = GradientTarget(tensor, out bool accumulate);
        if (!accumulate)
            gradient.Span.Clear();
        return gradient;
    }

    /// <summary>
    /// Where to write the gradient of a tensor. If <paramref name="accumulate"/> is false, nobody has written yet and the content
    /// is arbitrary: the caller must write every element. Otherwise the caller must add.
    /// </summary>
    internal Tensor GradientTarget(Tensor tensor, out bool accumulate)
    {
        TensorSlot slot = tensor.Slot;
        if (!NeedsGradient(tensor))
        {
            throw new ArgumentException($"This tensor of shape {tensor.Shape} has no gradient: it is a plain input, a fixed parameter, or was "
                + "made while the tape was not recording. Use Watch for the gradient of an input.");
        }

        accumulate = slot.Gradient is not null;
        if (slot.Gradient is null)
        {
            slot.Gradient = _arena.Rent(slot.Length);
            if (!tensor.IsWhole)
            {
                new Tensor(slot.Gradient, 0, new Shape(slot.Length)).Span.Clear();
                accumulate = true;
            }
        }

        return new Tensor(slot.Gradient, tensor.OffsetInSlot, tensor.Shape);
    }

    /// <summary>
    /// Gives a whole tensor of this tape a gradient that was computed beforehand, without a copy.
    /// False, and nothing done, if it has one already, or if either is a view or the gradient another tape's: then add instead.
    /// </summary>
    internal bool TryAdoptGradient(Tensor tensor, Tensor gradient)
    {
        TensorSlot slot = tensor.Slot;
        if (slot.Gradient is not null || !tensor.IsWhole || !gradient.IsWhole || (gradient.Slot.Owner ?? this) != this)
            return false;
        slot.Gradient = gradient.Slot;
        return true;
    }

    /// <summary>Whether the backward pass wants a gradient of this tensor: a trained parameter, or made from one. False for plain inputs.</summary>
    internal bool NeedsGradient(Tensor tensor)
    {
        TensorSlot slot = tensor.Slot;
        if (slot.Owner is not null && slot.Owner != this)
        {
            throw new ArgumentException($"This tensor of shape {tensor.Shape} was made on another tape, and no gradient can pass. "
                + "Take a Copy() of it.");
        }

        return slot.NeedsGradient;
    }

    /// <summary>Whether a gradient of this tensor has been written or asked for since the reset; parameters always have one.</summary>
    internal bool HasGradient(Tensor tensor) => tensor.Slot.Gradient is not null;

    /// <summary>A tensor in the arena with arbitrary content.</summary>
    internal Tensor Rent(Shape shape) => new(_arena.Rent(shape.Length), 0, shape);

    /// <summary>A tensor of zeros in the arena.</summary>
    internal Tensor RentZeroed(Shape shape)
    {
        Tensor tensor = Rent(shape);
        tensor.Span.Clear();
        return tensor;
    }

    /// <summary>A part of a tensor of this tape as a tensor of its own, which may have a gradient of its own. Its content is the same memory.</summary>
    internal Tensor Alias(Tensor tensor) =>
        new(_arena.RentAlias(tensor.Slot.Storage!, tensor.Slot.Offset + tensor.OffsetInSlot, tensor.Shape.Length), 0, tensor.Shape);

    /// <summary>An object that is this tape's until <see cref="Reset"/> and is then handed out again, in the same order.</summary>
    internal T RentObject<T>()
        where T : class, new() => _objects.Rent<T>();

    /// <summary>
    /// Records an operation and marks its output as needing a gradient. To be called only while <see cref="Recording"/>, for
    /// operations of which an operand needs one.
    /// </summary>
    internal void Record(in TapeEntry entry)
    {
        if (_count == _entries.Length)
            Array.Resize(ref _entries, 2 * _count);
        _entries[_count++] = entry;
        if (entry.Output.HasValue)
            MarkNeedsGradient(entry.Output);

        // An operation records itself when it has computed its result, so what has passed since the one before is its own.
        Profile?.Count(entry.Operation.Kind);
    }

    /// <summary>Marks a further output of a recorded operation.</summary>
    internal void MarkNeedsGradient(Tensor output) => output.Slot.NeedsGradient = true;

    /// <summary>Whether an operation on these operands is to be recorded.</summary>
    internal bool Records(Tensor a) => NeedsGradient(a) && Recording;

    /// <summary>Whether an operation on these operands is to be recorded.</summary>
    internal bool Records(Tensor a, Tensor b) => (NeedsGradient(a) | NeedsGradient(b)) && Recording;

    /// <summary>Whether an operation on these operands is to be recorded.</summary>
    internal bool Records(Tensor a, Tensor b, Tensor c) => (NeedsGradient(a) | NeedsGradient(b) | NeedsGradient(c)) && Recording;

    private void CheckReady(Tensor output)
    {
        if (!Recording)
            throw new InvalidOperationException("Backward needs a tape that records: set Recording to true before the forward operations.");
        if (_spent)
            throw new InvalidOperationException("Backward was called already: call Reset() and the forward operations before the next.");
        if (!NeedsGradient(output))
        {
            throw new ArgumentException("Backward's output depends on no trained parameter and on no watched tensor, so there is nothing "
                + "to compute a gradient of.");
        }
    }

    private void Walk()
    {
        _spent = true;
        for (int i = _count - 1; i >= 0; i--)
        {
            ref readonly TapeEntry entry = ref _entries[i];
            if (entry.Output.HasValue && !HasGradient(entry.Output))
                continue;
            entry.Operation.Backward(this, in entry);
            Profile?.Count(entry.Operation.Kind);
        }
    }
}
