using System.Collections.Concurrent;
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

    private protected void CheckInput(Tensor x)
    {
        if (x.Shape.Rank != 3 || x.Shape[2] != InputSize)
        {
            throw new ArgumentException($"{Who} expects x [T, N, C={InputSize}], but got {x.Shape}."
                + (x.Shape.Rank == 3 ? $"\n  Axis 2 (C, input features) is {x.Shape[2]}; the layer was built with inputSize {InputSize}." : ""));
        }
    }
}
