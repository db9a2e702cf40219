using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// A layer over sequences that reads them from the first step to the last, whole or step by step: no output depends on a later input, and a state of constant size
/// is all that it remembers. Whatever takes one takes any: <see cref="Recurrent"/>, <see cref="TemporalConvolutionalNetwork"/>.
/// </summary>
/// <remarks>
/// Shapes: x <c>[T, N, C]</c>, output <c>[T, N, O]</c>. Running a layer never changes it: the state is a value that comes in and goes out, and any number of
/// threads may use a layer for inference. Whole, in parts with the state carried, or step by step, a sequence gets the same bits.
/// </remarks>
public abstract class SequenceLayer : Layer
{
    private readonly ConcurrentBag<Tape> _tapes = [];

    private protected SequenceLayer(string name, string kind, int inputSize)
        : base(name)
    {
        Who = $"{kind} '{name}'";
        InputSize = inputSize;
    }

    /// <summary>C, the number of input features.</summary>
    public int InputSize { get; }

    /// <summary>O, the number of output features.</summary>
    public abstract int OutputSize { get; }

    /// <summary>How the layer is called in errors.</summary>
    private protected string Who { get; }

    /// <summary>The state from which a sequence starts.</summary>
    /// <param name="batch">N, the number of sequences.</param>
    public abstract RecurrentState InitialState(int batch);

    /// <summary>Runs the layer over whole sequences.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[T, N, C].</param>
    /// <param name="state">Where to start; null for the layer's own beginning. No gradient flows into a given state.</param>
    /// <returns>The output [T, N, O], on the tape, and the state after the last step, which lasts.</returns>
    /// <exception cref="ArgumentException">x or the state has another shape.</exception>
    public (Tensor Output, RecurrentState State) Forward(Tape tape, Tensor x, RecurrentState? state = null)
    {
        CheckInput(x);
        RecurrentState next = InitialState(x.Shape[1]);
        return (Forward(tape, x, state, next), next);
    }

    /// <summary>As the other, but writes the state after the last step into a state that the caller has: nothing is allocated.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[T, N, C].</param>
    /// <param name="state">Where to start; null for the layer's own beginning. No gradient flows into a given state.</param>
    /// <param name="next">Receives the state after the last step; may be <paramref name="state"/> itself.</param>
    /// <returns>The output [T, N, O], on the tape.</returns>
    /// <exception cref="ArgumentException">x or a state has another shape.</exception>
    public abstract Tensor Forward(Tape tape, Tensor x, RecurrentState? state, RecurrentState next);

    /// <summary>
    /// Runs the layer over sequences of different lengths in one batch, whose steps lie as rows without padding. Each sequence gets the bits that it gets alone.
    /// </summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[S, C]: the steps of all sequences.</param>
    /// <param name="sequences">How they lie.</param>
    /// <param name="state">Where to start, in the order of the sequences; null for the layer's own beginning. No gradient flows into a given state.</param>
    /// <param name="next">Receives the state after each sequence's own last step; null where nobody wants it.</param>
    /// <returns>The output [S, O], on the tape.</returns>
    /// <exception cref="ArgumentException">x or a state has another shape.</exception>
    public abstract Tensor Forward(Tape tape, Tensor x, PackedSequences sequences, RecurrentState? state, RecurrentState? next);

    /// <summary>The same for a padded batch.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[T, N, C]; what lies beyond a sequence's end is not looked at.</param>
    /// <param name="lengths">[N]: the steps of each sequence, 1 to T, in any order.</param>
    /// <param name="state">Where to start; null for the layer's own beginning. No gradient flows into a given state.</param>
    /// <returns>The output [T, N, O], zeros beyond a sequence's end, and the state after each sequence's own last step, which lasts.</returns>
    /// <exception cref="ArgumentException">x, the lengths or the state do not fit.</exception>
    [OverloadResolutionPriority(-1)] // so that null is a state
    public (Tensor Output, RecurrentState State) Forward(Tape tape, Tensor x, ReadOnlySpan<int> lengths, RecurrentState? state = null)
    {
        CheckInput(x);
        PackedSequences sequences = SequenceRowsOperation.Sequences(tape, Who, x, lengths);
        RecurrentState next = InitialState(x.Shape[1]);
        Tensor output = Forward(tape, SequenceRowsOperation.Packed(tape, x, sequences), sequences, state, next);
        return (SequenceRowsOperation.Padded(tape, output, sequences, x.Shape[0]), next);
    }

    /// <summary>Lets one sequence of a batch begin anew: its part of the state becomes what <see cref="InitialState"/> gives, the other sequences' stay. Allocates nothing.</summary>
    /// <param name="state">The state of a batch, which is changed.</param>
    /// <param name="sequence">Which sequence, 0 to N - 1.</param>
    /// <exception cref="ArgumentException">The state belongs to another layer, or has no such sequence.</exception>
    public void Restart(RecurrentState state, int sequence)
    {
        ArgumentNullException.ThrowIfNull(state);
        if ((uint)sequence >= (uint)state.Batch)
            throw new ArgumentException($"{Who} expects a sequence from 0 to {state.Batch - 1} of the state, but got {sequence}.");
        CheckState(state, state.Batch);
        for (int i = 0; i < state.Tensors.Count; i++)
            FillInitial(i, state.Tensors[i].Slice(sequence, 1).Span);
    }

    /// <summary>One step of streaming inference: dropout is off and nothing is recorded. Any number of threads may call it at once.</summary>
    /// <param name="x">[N, C].</param>
    /// <param name="state">The state before the step.</param>
    /// <returns>The output [N, O] and the state after the step; both last.</returns>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public (Tensor Output, RecurrentState State) Step(Tensor x, RecurrentState state)
    {
        Tensor output = Tensor.Zeros(new Shape(x.Shape[0], OutputSize));
        RecurrentState next = InitialState(x.Shape[0]);
        Step(x, state, next, output);
        return (output, next);
    }

    /// <summary>As the other, but writes into a state and an output that the caller has: nothing is allocated.</summary>
    /// <param name="x">[N, C].</param>
    /// <param name="state">The state before the step.</param>
    /// <param name="next">Receives the state after the step; may be <paramref name="state"/> itself.</param>
    /// <param name="output">[N, O]: receives the output; a tensor that lasts.</param>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public void Step(Tensor x, RecurrentState state, RecurrentState next, Tensor output)
    {
        if (x.Shape.Rank != 2 || output.Shape != new Shape(x.Shape[0], OutputSize))
            throw new ArgumentException($"{Who} expects x [N, C={InputSize}] and an output [N, O={OutputSize}], but got {x.Shape} and {output.Shape}.");
        Tape tape = _tapes.TryTake(out Tape? pooled) ? pooled : Tape.ForInference();
        Forward(tape, x.Reshape(1, x.Shape[0], x.Shape[1]), state, next).Values.CopyTo(output.Span);
        tape.Reset();
        _tapes.Add(tape);
    }

    /// <summary>Refuses a state that is not this layer's; null is right.</summary>
    private protected abstract void CheckState(RecurrentState? state, int batch);

    /// <summary>Writes what a tensor of the state starts from, for any number of sequences.</summary>
    private protected abstract void FillInitial(int tensor, Span<float> values);

    private protected void CheckRows(Tensor x, PackedSequences sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        if (x.Shape.Rank != 2 || x.Shape[0] != sequences.RowCount || x.Shape[1] != InputSize)
            throw new ArgumentException($"{Who} expects x [S={sequences.RowCount}, C={InputSize}], a row for each step of the sequences, but got {x.Shape}.");
    }

    private protected void CheckInput(Tensor x)
    {
        if (x.Shape.Rank != 3 || x.Shape[2] != InputSize)
        {
            throw new ArgumentException($"{Who} expects x [T, N, C={InputSize}], but got {x.Shape}."
                + (x.Shape.Rank == 3 ? $"\n  Axis 2 (C, input features) is {x.Shape[2]}; the layer was built with inputSize {InputSize}." : ""));
        }
    }
}
